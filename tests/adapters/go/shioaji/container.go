package shioaji

import (
	"crypto"
	"crypto/hmac"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"hash"
	"slices"
	"strings"
	"unicode/utf8"

	"example.invalid/signproof-go-adapter/protocol"
)

const (
	largestFile     = 1_048_576
	mostIterations  = 1_000_000
	mostTogether    = 2_000_000
	longestPassword = 1_024

	bagTypes        = "1.2.840.113549.1.12.10.1."
	bagKey          = bagTypes + "1"
	bagShroudedKey  = bagTypes + "2"
	bagCertificate  = bagTypes + "3"
	bagSafe         = bagTypes + "6"
	x509Certificate = "1.2.840.113549.1.9.22.1"
)

var (
	errMalformed = protocol.Reject("malformed-pfx", "the structure is not that of RFC 7292")
	errDamaged   = protocol.Reject("damaged-contents", "what is inside cannot be read")
	knownCurves  = []string{"1.3.132.0.33", "1.2.840.10045.3.1.7", "1.3.132.0.34", "1.3.132.0.35"}
)

type wantedOpen struct {
	File     []byte `json:"pfx_b64"`
	Password string `json:"password"`
}

func openCA(_ credential, wanted wantedOpen) (any, protocol.Stages, error) {
	found, err := open(wanted.File, wanted.Password)
	if err != nil {
		return nil, nil, err
	}
	return map[string]any{
		"person_id":  personID(found.certificate),
		"not_before": found.certificate.NotBefore.Unix(),
		"not_after":  found.certificate.NotAfter.Unix(),
		"legacy":     found.legacy,
	}, nil, nil
}

// opened is what was in a file.
type opened struct {
	key         crypto.PrivateKey
	certificate *x509.Certificate
	legacy      bool
}

// container is a file's structure, with what is encrypted still so.
type container struct {
	// safe is what the MAC is over.
	safe  []byte
	mac   *mac
	parts []part
	// keys and certificates are those that are not encrypted, or were decrypted.
	keys         [][]byte
	certificates [][]byte
	shrouded     []part
	iterations   []int
	legacy       bool
	// refusal is the first algorithm, or kind of part, that is not known.
	refusal error
	// errPassword is said where the password does not open it.
	errPassword error
}

// part is something that is encrypted.
type part struct {
	decryption decryption
	octets     []byte
}

type mac struct {
	digest     func() hash.Hash
	salt       []byte
	iterations int
	value      []byte
}

// open returns the key in a file and its certificate.
func open(octets []byte, password string) (opened, error) {
	if len(octets) > largestFile {
		return opened{}, protocol.Reject("input-too-large", "%d octets", len(octets))
	}
	if reason := instead(octets); reason != "" {
		return opened{}, protocol.Reject(reason, "this is no PKCS#12 file")
	}
	if err := otherDER(octets); err != nil {
		return opened{}, err
	}
	c, read := readContainer(octets)
	if !read {
		return opened{}, errMalformed
	}
	if err := c.refused(); err != nil {
		return opened{}, err
	}
	if len(password) > longestPassword || strings.Contains(password, "\x00") {
		return opened{}, protocol.Reject("unusable-password", "no file has such a password")
	}
	if err := c.decrypt(password); err != nil {
		return opened{}, err
	}
	return c.pair()
}

// readContainer reads the structure of RFC 7292, section 4, as far as it is not encrypted.
func readContainer(octets []byte) (*container, bool) {
	c, whole := &container{}, derOf(octets)
	pfx := whole.enter(tagSequence)
	pfx.integer()
	content := pfx.enter(tagSequence)
	content.oid()
	explicit := content.only(tagExplicit)
	c.safe = explicit.only(tagOctets).octets
	parts := der{c.safe, whole.broken}.only(tagSequence)
	for parts.more() {
		c.readPart(parts.enter(tagSequence))
	}
	if pfx.more() {
		c.readMAC(pfx.enter(tagSequence))
	}
	pfx.end()
	return c, !*whole.broken
}

func (c *container) refuse(err error) {
	if c.refusal == nil {
		c.refusal = err
	}
}

// encrypted reads an algorithm, and notes what it costs and whether it is known.
func (c *container) encrypted(algorithm der, octets []byte) part {
	found, err := readDecryption(algorithm)
	if err != nil {
		c.refuse(err)
	}
	c.iterations = append(c.iterations, found.iterations)
	c.legacy = c.legacy || found.legacy
	return part{found, octets}
}

func (c *container) readPart(content der) {
	kind := content.oid()
	explicit := content.only(tagExplicit)
	switch kind {
	case pkcs7 + "1":
		c.readBags(explicit.only(tagOctets))
	case pkcs7 + "3":
		c.refuse(protocol.Reject("unsupported-protection", "a part is for a public key"))
	case pkcs7 + "6": // EncryptedData (RFC 5652, section 8)
		data := explicit.only(tagSequence)
		data.integer()
		info := data.enter(tagSequence)
		info.oid()
		algorithm := info.enter(tagSequence)
		c.parts = append(c.parts, c.encrypted(algorithm, info.value(tagImplicit)))
	default:
		content.fail()
	}
}

// readBags reads SafeContents (RFC 7292, section 4.2).
func (c *container) readBags(octets der) {
	bags := octets.only(tagSequence)
	for bags.more() {
		bag := bags.enter(tagSequence)
		kind := bag.oid()
		c.readBag(kind, bag.enter(tagExplicit))
	}
}

func (c *container) readBag(kind string, value der) {
	switch kind {
	case bagKey:
		c.keys = append(c.keys, value.octets)
	case bagShroudedKey:
		info := value.only(tagSequence)
		algorithm := info.enter(tagSequence)
		c.shrouded = append(c.shrouded, c.encrypted(algorithm, info.value(tagOctets)))
	case bagCertificate:
		bag := value.only(tagSequence)
		if bag.oid() != x509Certificate {
			bag.fail()
		}
		explicit := bag.only(tagExplicit)
		c.certificates = append(c.certificates, explicit.only(tagOctets).octets)
	case bagSafe:
		c.readBags(value)
	}
}

func (c *container) readMAC(data der) {
	info := data.enter(tagSequence)
	algorithm := info.enter(tagSequence)
	name, value, salt := algorithm.oid(), info.value(tagOctets), data.value(tagOctets)
	iterations := 1
	if data.more() {
		iterations = data.positive()
	}
	digest, known := digests[name]
	if !known {
		c.refuse(protocol.Reject("unsupported-mac", "%s is not done", name))
	}
	c.mac = &mac{digest, salt, iterations, value}
	c.iterations = append(c.iterations, iterations)
}

// refused says why it is not opened whatever the password.
func (c *container) refused() error {
	if c.refusal != nil {
		return c.refusal
	}
	sum := 0
	for _, one := range c.iterations {
		sum += one
		if one > mostIterations || sum > mostTogether {
			return protocol.Reject("costly-derivation", "%d iterations", one)
		}
	}
	if count := len(c.keys) + len(c.shrouded); count > 1 {
		return protocol.Reject("several-keys", "%d private keys", count)
	}
	return nil
}

// decrypt opens all that is encrypted.
func (c *container) decrypt(password string) error {
	reason := "wrong-password"
	if password == "" {
		reason = "empty-password"
	}
	c.errPassword = protocol.Reject(reason, "the password does not open it")
	failed := c.errPassword
	if c.mac != nil {
		if !c.mac.fits(c.safe, password) {
			return c.errPassword
		}
		failed = errDamaged
	}
	for _, one := range c.parts {
		bags, err := one.decryption.decrypt(password, one.octets)
		if err != nil {
			return failed
		}
		inside := derOf(bags)
		if c.readBags(inside); *inside.broken {
			return failed
		}
	}
	for _, one := range c.shrouded {
		key, err := one.decryption.decrypt(password, one.octets)
		if err != nil {
			return failed
		}
		c.keys = append(c.keys, key)
	}
	return nil
}

func (m *mac) fits(safe []byte, password string) bool {
	tried := [][]byte{wideText(password)}
	if password == "" {
		tried = append(tried, nil)
	}
	for _, one := range tried {
		key := derive(m.digest, one, m.salt, m.iterations, 3, m.digest().Size())
		state := hmac.New(m.digest, key)
		state.Write(safe)
		if hmac.Equal(state.Sum(nil), m.value) {
			return true
		}
	}
	return false
}

// pair returns the key and its certificate.
func (c *container) pair() (opened, error) {
	switch {
	case len(c.keys) == 0 && len(c.certificates) == 0:
		return opened{}, protocol.Reject("nothing-inside", "neither key nor certificate")
	case len(c.keys) == 0:
		return opened{}, protocol.Reject("no-key", "certificates alone")
	}
	key, err := readPKCS8(c.keys[0])
	if err == errDamaged && c.mac == nil && len(c.shrouded) > 0 {
		// Another password may decrypt to this, and nothing else tells.
		err = c.errPassword
	}
	if err != nil {
		return opened{}, err
	}
	if len(c.certificates) == 0 {
		return opened{}, protocol.Reject("no-certificate", "a key alone")
	}
	found, err := c.certificateOf(key)
	return opened{key, found, c.legacy}, err
}

type publicKey interface{ Equal(crypto.PublicKey) bool }

// certificateOf returns the one certificate of a key.
func (c *container) certificateOf(key crypto.PrivateKey) (*x509.Certificate, error) {
	public, _ := key.(crypto.Signer).Public().(publicKey)
	var found []*x509.Certificate
	unreadable := false
	for _, octets := range c.certificates {
		certificate, err := x509.ParseCertificate(octets)
		if err != nil {
			unreadable = true
			continue
		}
		again := slices.ContainsFunc(found, certificate.Equal)
		if public.Equal(certificate.PublicKey) && !certificate.IsCA && !again {
			found = append(found, certificate)
		}
	}
	switch {
	case len(found) == 1:
		return found[0], readable(found[0])
	case len(found) > 1:
		return nil, protocol.Reject("several-leaves", "%d certificates of the key", len(found))
	case unreadable:
		return nil, protocol.Reject("unreadable-certificate", "a certificate cannot be read")
	}
	return nil, protocol.Reject("key-mismatch", "no certificate is of the key")
}

type attributeSET []struct {
	Type  asn1.ObjectIdentifier
	Value asn1.RawValue
}

// readable refuses a name that is no text: of a T61String Go takes any octets, as Latin-1.
func readable(certificate *x509.Certificate) error {
	for _, raw := range [][]byte{certificate.RawSubject, certificate.RawIssuer} {
		var name []attributeSET
		if _, err := asn1.Unmarshal(raw, &name); err != nil {
			return err
		}
		for _, attribute := range slices.Concat(name...) {
			if attribute.Value.Tag == asn1.TagT61String && !utf8.Valid(attribute.Value.Bytes) {
				return protocol.Reject("unreadable-certificate", "a name is not UTF-8")
			}
		}
	}
	return nil
}

// readPKCS8 reads a private key out of a bag.
func readPKCS8(octets []byte) (crypto.PrivateKey, error) {
	key, err := x509.ParsePKCS8PrivateKey(octets)
	if err == nil {
		if _, signs := key.(crypto.Signer); signs {
			return key, nil
		}
	}
	var info struct {
		Version   int
		Algorithm pkix.AlgorithmIdentifier
		Key       []byte
		Rest      asn1.RawValue `asn1:"optional"`
	}
	if _, err := asn1.Unmarshal(octets, &info); err != nil {
		return nil, errDamaged
	}
	curve := asn1.ObjectIdentifier{}
	_, err = asn1.Unmarshal(info.Algorithm.Parameters.FullBytes, &curve)
	isEC := info.Algorithm.Algorithm.String() == "1.2.840.10045.2.1"
	if !isEC || err != nil || slices.Contains(knownCurves, curve.String()) {
		return nil, errDamaged
	}
	return nil, protocol.Reject("unsupported-key", "a curve that is not known")
}
