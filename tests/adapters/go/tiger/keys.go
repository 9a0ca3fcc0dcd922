package tiger

import (
	"bytes"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"math/big"

	"example.invalid/signproof-go-adapter/protocol"
)

var (
	oidRSA       = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}
	oidPBES2     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 13}
	oidPKCS5     = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5}
	oidPKCS12    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 12, 1}
	oidTripleDES = asn1.ObjectIdentifier{1, 2, 840, 113549, 3, 7}
	oidAES       = asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 1}
	errEncrypted = protocol.Reject("passphrase-needed", "the key is encrypted")
	errUnknown   = protocol.Reject("unsupported-encryption", "the key is encrypted in another way")
)

// loaded is a private key and how it was held.
type loaded struct {
	key *rsa.PrivateKey
	// pkcs1 is the RSAPrivateKey, der what it was found in: itself or PKCS#8.
	pkcs1 []byte
	der   []byte
}

// rsaNumbers is RSAPrivateKey (RFC 8017, section A.1.2) with two factors.
type rsaNumbers struct {
	Version               int
	N, E, D, P, Q, Dp, Dq *big.Int
	Qi                    *big.Int
}

type privateKeyInfo struct {
	Version   int
	Algorithm pkix.AlgorithmIdentifier
	Key       []byte
}

// load reads a private key in any shape that needs no guess.
func load(octets []byte) (loaded, error) {
	der, err := unwrap(octets)
	if err != nil {
		return loaded{}, err
	}
	parts, err := partsOf(der)
	if err != nil {
		return loaded{}, err
	}
	pkcs1 := der
	switch kind := tagsOf(parts); {
	case startsWith(kind, asn1.TagInteger, asn1.TagSequence):
		if pkcs1, err = insidePKCS8(parts); err != nil {
			return loaded{}, err
		}
	case startsWith(kind, asn1.TagInteger, asn1.TagOctetString):
		return loaded{}, protocol.Reject("not-rsa", "an EC key")
	case startsWith(kind, asn1.TagSequence, asn1.TagOctetString):
		return loaded{}, encryption(parts[0])
	case startsWith(kind, asn1.TagSequence, asn1.TagBitString):
		return loaded{}, protocol.Reject("public-key", "a public key")
	case startsWith(kind, asn1.TagSequence, asn1.TagSequence):
		return loaded{}, protocol.Reject("certificate", "a certificate or a request for one")
	case len(kind) == 2 && startsWith(kind, asn1.TagInteger, asn1.TagInteger):
		return loaded{}, protocol.Reject("public-key", "a public key")
	case len(kind) == 6 && startsWith(kind, asn1.TagInteger, asn1.TagInteger):
		return loaded{}, protocol.Reject("not-rsa", "a DSA key")
	case !startsWith(kind, asn1.TagInteger):
		return loaded{}, protocol.Reject("malformed-key", "no structure of a key")
	}
	key, err := keyOf(pkcs1)
	return loaded{key, pkcs1, der}, err
}

// partsOf returns the elements of the one SEQUENCE that der is.
func partsOf(der []byte) ([]asn1.RawValue, error) {
	if len(der) == 0 || der[0] != 0x30 {
		return nil, protocol.Reject("not-a-key", "no SEQUENCE")
	}
	size := statedSize(der)
	if size == 0 && len(der) < 5 || size > len(der) {
		return nil, protocol.Reject("truncated", "%d of %d octets", len(der), size)
	}
	var parts []asn1.RawValue
	rest, err := asn1.Unmarshal(der, &parts)
	if err != nil || len(rest) > 0 {
		return nil, protocol.Reject("malformed-key", "broken DER")
	}
	return parts, nil
}

func tagsOf(parts []asn1.RawValue) []int {
	var tags []int
	for _, part := range parts {
		tags = append(tags, part.Tag)
	}
	return tags
}

func startsWith(tags []int, wanted ...int) bool {
	if len(tags) < len(wanted) {
		return false
	}
	for at, tag := range wanted {
		if tags[at] != tag {
			return false
		}
	}
	return true
}

// encryption tells whether a key of this EncryptedPrivateKeyInfo (RFC 5958) could be opened.
func encryption(given asn1.RawValue) error {
	var algorithm pkix.AlgorithmIdentifier
	if _, err := asn1.Unmarshal(given.FullBytes, &algorithm); err != nil {
		return errUnknown
	}
	id := algorithm.Algorithm
	if !id.Equal(oidPBES2) {
		if isBelow(id, oidPKCS5) || isBelow(id, oidPKCS12) {
			return errEncrypted
		}
		return errUnknown
	}
	var parts struct{ Derivation, Cipher pkix.AlgorithmIdentifier }
	_, err := asn1.Unmarshal(algorithm.Parameters.FullBytes, &parts)
	cipher := parts.Cipher.Algorithm
	isCBC := isBelow(cipher, oidAES) && cipher[len(oidAES)]%20 == 2 // 2, 22 and 42
	if err != nil || !(isCBC || cipher.Equal(oidTripleDES)) {
		return errUnknown
	}
	return errEncrypted
}

// isBelow tells whether an identifier is one step below another.
func isBelow(id, parent asn1.ObjectIdentifier) bool {
	return len(id) == len(parent)+1 && id[:len(parent)].Equal(parent)
}

// insidePKCS8 returns the RSAPrivateKey in a PrivateKeyInfo (RFC 5208, section 5).
func insidePKCS8(parts []asn1.RawValue) ([]byte, error) {
	var version int
	var algorithm pkix.AlgorithmIdentifier
	if _, err := asn1.Unmarshal(parts[0].FullBytes, &version); err != nil {
		return nil, protocol.Reject("wrong-version", "no small number")
	}
	isKey := len(parts) > 2 && parts[2].Tag == asn1.TagOctetString
	if version == 3 && !isKey {
		return nil, protocol.Reject("other-container", "PKCS#12")
	}
	if _, err := asn1.Unmarshal(parts[1].FullBytes, &algorithm); err != nil {
		return nil, protocol.Reject("malformed-key", "broken algorithm")
	}
	switch {
	case !algorithm.Algorithm.Equal(oidRSA):
		return nil, protocol.Reject("not-rsa", "the algorithm %v", algorithm.Algorithm)
	case version != 0:
		return nil, protocol.Reject("wrong-version", "PKCS#8 version %d", version)
	case len(algorithm.Parameters.FullBytes) == 0:
		return nil, protocol.Reject("wrong-parameters", "rsaEncryption without NULL")
	case !bytes.Equal(algorithm.Parameters.FullBytes, asn1.NullBytes) || !isKey:
		return nil, protocol.Reject("malformed-key", "broken PKCS#8")
	}
	return parts[2].Bytes, nil
}

// keyOf returns the key in an RSAPrivateKey once its numbers were seen to belong together.
func keyOf(pkcs1 []byte) (*rsa.PrivateKey, error) {
	parts, err := partsOf(pkcs1)
	if err != nil {
		return nil, protocol.Reject("malformed-key", "broken DER")
	}
	var version int
	if len(parts) > 0 {
		if _, err := asn1.Unmarshal(parts[0].FullBytes, &version); err != nil {
			return nil, protocol.Reject("wrong-version", "no small number")
		}
	}
	if version == 1 {
		return nil, protocol.Reject("multi-prime", "more than two factors")
	}
	if version != 0 {
		return nil, protocol.Reject("wrong-version", "PKCS#1 version %d", version)
	}
	var numbers rsaNumbers
	if rest, err := asn1.Unmarshal(pkcs1, &numbers); err != nil || len(rest) > 0 || len(parts) != 9 {
		return nil, protocol.Reject("malformed-key", "no RSAPrivateKey of two factors")
	}
	if numbers.N.Sign() < 0 {
		return nil, protocol.Reject("inconsistent-key", "the modulus is below zero")
	}
	if bits := numbers.N.BitLen(); bits < 1024 || bits > 8192 {
		return nil, protocol.Reject("wrong-size", "%d bits", bits)
	}
	if !numbers.belongTogether() {
		return nil, protocol.Reject("inconsistent-key", "the numbers do not belong together")
	}
	key := &rsa.PrivateKey{
		PublicKey: rsa.PublicKey{N: numbers.N, E: int(numbers.E.Int64())},
		D:         numbers.D,
		Primes:    []*big.Int{numbers.P, numbers.Q},
	}
	key.Precompute()
	return key, nil
}

// belongTogether checks the rules of RFC 8017, section 3.2, but for the factors being prime.
func (k rsaNumbers) belongTogether() bool {
	one := big.NewInt(1)
	below := func(number, limit *big.Int) bool { return number.Sign() > 0 && number.Cmp(limit) < 0 }
	times := func(a, b, modulus *big.Int) *big.Int {
		product := new(big.Int).Mul(a, b)
		return product.Mod(product, modulus)
	}
	if k.P.Cmp(one) <= 0 || k.Q.Cmp(one) <= 0 || k.P.Bit(0) == 0 || k.Q.Bit(0) == 0 {
		return false
	}
	p1, q1 := new(big.Int).Sub(k.P, one), new(big.Int).Sub(k.Q, one)
	return new(big.Int).Mul(k.P, k.Q).Cmp(k.N) == 0 &&
		k.E.Cmp(big.NewInt(3)) >= 0 && k.E.Cmp(k.N) < 0 && k.E.Bit(0) == 1 &&
		below(k.D, k.N) && below(k.Dp, p1) && below(k.Dq, q1) && below(k.Qi, k.P) &&
		times(k.E, k.Dp, p1).Cmp(one) == 0 && times(k.E, k.Dq, q1).Cmp(one) == 0 &&
		new(big.Int).Mod(k.D, p1).Cmp(k.Dp) == 0 && new(big.Int).Mod(k.D, q1).Cmp(k.Dq) == 0 &&
		times(k.Qi, k.Q, k.P).Cmp(one) == 0
}

// isWellFormed tells whether the octets are what the openssl command writes for this key.
func (l loaded) isWellFormed(octets []byte) bool {
	label := "RSA PRIVATE KEY"
	if !bytes.Equal(l.der, l.pkcs1) {
		label = "PRIVATE KEY"
	}
	armoured := pem.EncodeToMemory(&pem.Block{Type: label, Bytes: l.der})
	line := base64.StdEncoding.EncodeToString(l.der)
	for _, form := range [][]byte{l.der, armoured, armoured[:len(armoured)-1], []byte(line)} {
		if bytes.Equal(octets, form) {
			return true
		}
	}
	return false
}

// loadPublic reads a public key: SPKI or PKCS#1.
func loadPublic(octets []byte) (*rsa.PublicKey, error) {
	der, err := unwrap(octets)
	if err != nil {
		return nil, err
	}
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		if public, isRSA := key.(*rsa.PublicKey); isRSA {
			return public, nil
		}
		return nil, protocol.Reject("not-rsa", "another algorithm")
	}
	if public, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return public, nil
	}
	if _, err := load(octets); err != nil {
		return nil, err
	}
	return nil, protocol.Reject("private-key", "a private key")
}

type givenKey struct {
	Key        []byte `json:"key_b64"`
	Content    string `json:"content"`
	Passphrase string `json:"passphrase"`
	Strict     bool   `json:"strict"`
}

func loadKey(_ credential, given givenKey) (any, protocol.Stages, error) {
	found, err := load(given.Key)
	if given.Passphrase != "" && errors.Is(err, errEncrypted) {
		return nil, nil, protocol.Skip("Go's standard library opens no encrypted keys")
	}
	if err != nil {
		return nil, nil, err
	}
	if given.Strict && !found.isWellFormed(given.Key) {
		return nil, nil, protocol.Reject("needs-repair", "the key is not well-formed")
	}
	signature, _, err := signed(found.key, "content", []byte(given.Content))
	return map[string]string{"sign": signature}, nil, err
}

type givenShape struct {
	Key    []byte `json:"key_b64"`
	Form   string `json:"form"`
	Armour string `json:"armour"`
}

func convertKey(_ credential, given givenShape) (any, protocol.Stages, error) {
	found, err := load(given.Key)
	if err != nil {
		return nil, nil, err
	}
	der, label := found.pkcs1, "RSA PRIVATE KEY"
	switch given.Form {
	case "pkcs8":
		rsaEncryption := pkix.AlgorithmIdentifier{Algorithm: oidRSA, Parameters: asn1.NullRawValue}
		der, err = asn1.Marshal(privateKeyInfo{0, rsaEncryption, found.pkcs1})
		label = "PRIVATE KEY"
	case "spki":
		der, err = x509.MarshalPKIXPublicKey(&found.key.PublicKey)
		label = "PUBLIC KEY"
	}
	if err != nil {
		return nil, nil, err
	}
	switch given.Armour {
	case "pem":
		der = pem.EncodeToMemory(&pem.Block{Type: label, Bytes: der})
	case "base64":
		der = []byte(base64.StdEncoding.EncodeToString(der))
	}
	return map[string][]byte{"key_b64": der}, nil, nil
}
