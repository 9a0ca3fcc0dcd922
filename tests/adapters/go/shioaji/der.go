package shioaji

import "encoding/asn1"

const (
	tagInteger  = 0x02
	tagBits     = 0x03
	tagOctets   = 0x04
	tagOID      = 0x06
	tagUTCTime  = 0x17
	tagTime     = 0x18
	tagSequence = 0x30
	tagSet      = 0x31
	tagImplicit = 0x80
	tagExplicit = 0xa0
)

// der is what is left of some DER. What is not as it is due breaks it, and all that came out of the
// same octets; then nothing is left, and what is read is zero.
type der struct {
	octets []byte
	broken *bool
}

func derOf(octets []byte) der { return der{octets, new(bool)} }

func (d *der) fail() {
	*d.broken = true
	d.octets = nil
}

func (d der) more() bool { return len(d.octets) > 0 && !*d.broken }

// tag is that of the next element, 0 at the end.
func (d der) tag() byte {
	if !d.more() {
		return 0
	}
	return d.octets[0]
}

// element reads the next element of any kind, with its head.
func (d *der) element() []byte {
	before := d.octets
	d.value(0)
	return before[:len(before)-len(d.octets)]
}

// value reads the next element, which has to have a tag; 0 is any.
func (d *der) value(tag byte) []byte {
	var element asn1.RawValue
	rest, err := asn1.Unmarshal(d.octets, &element)
	if err != nil || tag != 0 && element.FullBytes[0] != tag {
		d.fail()
		return nil
	}
	d.octets = rest
	return element.Bytes
}

// enter reads the next element and returns what is in it.
func (d *der) enter(tag byte) der { return der{d.value(tag), d.broken} }

// only reads the one element that there is.
func (d der) only(tag byte) der {
	inside := d.enter(tag)
	d.end()
	return inside
}

func (d *der) oid() string {
	var identifier asn1.ObjectIdentifier
	d.into(&identifier)
	return identifier.String()
}

func (d *der) integer() int {
	var number int
	d.into(&number)
	return number
}

func (d *der) into(value any) {
	rest, err := asn1.Unmarshal(d.octets, value)
	if err != nil {
		d.fail()
		return
	}
	d.octets = rest
}

func (d *der) positive() int {
	number := d.integer()
	if number <= 0 {
		d.fail()
	}
	return number
}

// end makes sure that nothing is left.
func (d *der) end() {
	if len(d.octets) > 0 {
		d.fail()
	}
}
