package shioaji

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"math/big"
	"slices"
	"strings"
	"time"

	"example.invalid/signproof-go-adapter/protocol"
)

const (
	largestCMS = 131_072

	nameData          = pkcs7 + "1"
	nameSignedData    = pkcs7 + "2"
	nameSHA256        = "2.16.840.1.101.3.4.2.1"
	nameContentType   = "1.2.840.113549.1.9.3"
	nameMessageDigest = "1.2.840.113549.1.9.4"
	nameSigningTime   = "1.2.840.113549.1.9.5"
	nameCapabilities  = "1.2.840.113549.1.9.15"
)

var (
	rsaNames  = []string{"1.2.840.113549.1.1.1", "1.2.840.113549.1.1.11"}
	dueNames  = []string{nameContentType, nameMessageDigest, nameSigningTime}
	errNotCMS = protocol.Reject("malformed-cms", "it is not the CMS that is due here")
)

// readCMS is what was read of a CMS; its signature is not verified yet.
type readCMS struct {
	content     []byte
	certificate []byte
	issuer      []byte
	number      *big.Int
	// signed are the attributes as a SET, which is how they are signed.
	signed    []byte
	signature []byte
}

func flaw(reason string) error { return protocol.Reject(reason, "the CMS is not as it should be") }

// parseCMS reads a CMS of the one known shape, from front to back.
func parseCMS(octets []byte) (*readCMS, error) {
	found, whole := &readCMS{}, derOf(octets)
	err := found.parse(whole)
	if *whole.broken || len(octets) > largestCMS {
		return nil, errNotCMS
	}
	return found, err
}

func (c *readCMS) parse(whole der) error {
	info := whole.only(tagSequence)
	if info.oid() != nameSignedData {
		return flaw("cms-not-signed-data")
	}
	explicit := info.only(tagExplicit)
	data := explicit.only(tagSequence)
	if data.integer() != 1 {
		return flaw("cms-version")
	}
	algorithms := data.enter(tagSet)
	if algorithms.algorithm() != nameSHA256 || algorithms.more() {
		return flaw("cms-digest-algorithm")
	}
	if err := c.parseContent(data.enter(tagSequence)); err != nil {
		return err
	}
	if data.tag() != tagExplicit {
		return flaw("cms-certificates")
	}
	certificates := data.enter(tagExplicit)
	if !certificates.more() {
		return flaw("cms-certificates")
	}
	if c.certificate = certificates.element(); certificates.more() {
		return flaw("cms-certificates")
	}
	signers := data.only(tagSet)
	if !signers.more() {
		return flaw("cms-signers")
	}
	signer := signers.enter(tagSequence)
	if signers.more() {
		return flaw("cms-signers")
	}
	return c.parseSigner(signer)
}

// algorithm reads an AlgorithmIdentifier; one with parameters has no name.
func (d *der) algorithm() string {
	inside := d.enter(tagSequence)
	name := inside.oid()
	if inside.more() && !bytes.Equal(inside.octets, []byte{5, 0}) {
		return ""
	}
	return name
}

func (c *readCMS) parseContent(encapsulated der) error {
	if encapsulated.oid() != nameData {
		return flaw("cms-content-type")
	}
	if !encapsulated.more() {
		return flaw("cms-detached")
	}
	explicit := encapsulated.only(tagExplicit)
	c.content = explicit.only(tagOctets).octets
	return nil
}

func (c *readCMS) parseSigner(signer der) error {
	if signer.integer() != 1 {
		return flaw("cms-version")
	}
	name := signer.enter(tagSequence)
	c.issuer = name.element()
	c.number = new(big.Int).SetBytes(name.only(tagInteger).octets)
	if signer.algorithm() != nameSHA256 {
		return flaw("cms-digest-algorithm")
	}
	if signer.tag() != tagExplicit {
		return flaw("cms-no-signed-attributes")
	}
	attributes := signer.element()
	c.signed = append([]byte{tagSet}, attributes[1:]...)
	values, err := attributesIn(der{attributes, signer.broken})
	if err != nil {
		return err
	}
	if !slices.Contains(rsaNames, signer.algorithm()) {
		return flaw("cms-signature-algorithm")
	}
	c.signature = signer.only(tagOctets).octets
	return c.checkAttributes(values)
}

// attributesIn returns the one value of each signed attribute, by its name.
func attributesIn(whole der) (map[string]der, error) {
	var elements [][]byte
	for inside := whole.only(tagExplicit); inside.more(); {
		elements = append(elements, inside.element())
	}
	if !slices.IsSortedFunc(elements, bytes.Compare) {
		return nil, flaw("cms-unsorted-attributes")
	}
	found := map[string]der{}
	for _, element := range elements {
		attribute := der{element, whole.broken}.only(tagSequence)
		name := attribute.oid()
		values := attribute.only(tagSet)
		value := values.element()
		_, twice := found[name]
		known := name == nameCapabilities || slices.Contains(dueNames, name)
		if twice || !known || values.more() {
			return nil, flaw("cms-unexpected-attribute")
		}
		found[name] = der{value, whole.broken}
	}
	for _, name := range dueNames {
		if _, stands := found[name]; !stands {
			return nil, flaw("cms-missing-attribute")
		}
	}
	return found, nil
}

func (c *readCMS) checkAttributes(values map[string]der) error {
	kind := values[nameContentType]
	if kind.oid() != nameData {
		return flaw("cms-attribute-content-type")
	}
	digest := sha256.Sum256(c.content)
	if !bytes.Equal(values[nameMessageDigest].only(tagOctets).octets, digest[:]) {
		return flaw("cms-message-digest")
	}
	signingTime := values[nameSigningTime]
	form := map[byte]string{tagUTCTime: "060102150405Z", tagTime: "20060102150405Z"}[signingTime.tag()]
	text := string(signingTime.value(0))
	if form == "" || len(text) != len(form) || !isTime(form, text) {
		return flaw("cms-signing-time")
	}
	return nil
}

// isTime tells whether a text of the form's length has only digits before its Z, and is a time.
func isTime(form, text string) bool {
	_, err := time.Parse(form, text)
	return err == nil && strings.Trim(text, "0123456789") == "Z"
}

// check holds a CMS against the other two parts, and verifies its signature.
func (c *readCMS) check(certificate *x509.Certificate, key *rsa.PublicKey, text []byte) error {
	switch {
	case !bytes.Equal(c.content, text):
		return flaw("cms-content-differs")
	case !bytes.Equal(c.certificate, certificate.Raw):
		return flaw("cms-certificate-differs")
	case !bytes.Equal(c.issuer, certificate.RawIssuer) || c.number.Cmp(certificate.SerialNumber) != 0:
		return flaw("cms-signer-differs")
	case !isSignedWith(key, crypto.SHA256, c.signature, c.signed):
		return protocol.Reject("wrong-signature", "it is not by this key over the attributes")
	}
	return nil
}
