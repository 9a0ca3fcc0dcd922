package shioaji

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509/pkix"
	"encoding/asn1"
	"math/big"
	"time"

	"example.invalid/signproof-go-adapter/protocol"
)

var (
	oidData          = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 1}
	oidSignedData    = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 7, 2}
	oidContentType   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 3}
	oidMessageDigest = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 4}
	oidSigningTime   = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 5}
	sha256Algorithm  = pkix.AlgorithmIdentifier{
		Algorithm: asn1.ObjectIdentifier{2, 16, 840, 1, 101, 3, 4, 2, 1}, Parameters: asn1.NullRawValue}
	rsaAlgorithm = pkix.AlgorithmIdentifier{
		Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 1}, Parameters: asn1.NullRawValue}
)

// The structures of RFC 5652, section 5, as far as they are written.
type (
	contentInfo struct {
		Type    asn1.ObjectIdentifier
		Content signedData `asn1:"explicit,tag:0"`
	}
	signedData struct {
		Version      int
		Digests      []pkix.AlgorithmIdentifier `asn1:"set"`
		Encapsulated encapsulated
		Certificates asn1.RawValue
		Signers      []signerInfo `asn1:"set"`
	}
	encapsulated struct {
		Type    asn1.ObjectIdentifier
		Content []byte `asn1:"explicit,tag:0"`
	}
	signerInfo struct {
		Version            int
		Certificate        issuerAndSerialNumber
		Digest             pkix.AlgorithmIdentifier
		SignedAttributes   asn1.RawValue
		SignatureAlgorithm pkix.AlgorithmIdentifier
		Signature          []byte
	}
	issuerAndSerialNumber struct {
		Issuer asn1.RawValue
		Number *big.Int
	}
	attribute struct {
		Type   asn1.ObjectIdentifier
		Values []any `asn1:"set"`
	}
)

func signPKCS7(k credential, wanted wantedSign) (any, protocol.Stages, error) {
	text, err := k.signedText(wanted)
	if err != nil {
		return nil, nil, err
	}
	cms, err := k.cms(text, time.Unix(wanted.Seconds, 0).UTC())
	if err != nil {
		return nil, nil, err
	}
	return map[string]string{"envelope": joined("pkcs7", cms, text, k.certificate.Raw)}, nil, nil
}

// cms returns the CMS over a text, which it holds.
func (k credential) cms(text []byte, now time.Time) ([]byte, error) {
	content := sha256.Sum256(text)
	// Marshalled as a SET, which is also how they are signed, the attributes are sorted.
	set, err := asn1.MarshalWithParams([]attribute{
		{oidContentType, []any{oidData}},
		{oidSigningTime, []any{now}},
		{oidMessageDigest, []any{content[:]}},
	}, "set")
	if err != nil {
		return nil, err
	}
	digest := sha256.Sum256(set)
	signature, err := rsa.SignPKCS1v15(nil, k.key, crypto.SHA256, digest[:])
	if err != nil {
		return nil, err
	}
	attributes := append([]byte{0xa0}, set[1:]...)
	return asn1.Marshal(contentInfo{oidSignedData, signedData{
		Version:      1,
		Digests:      []pkix.AlgorithmIdentifier{sha256Algorithm},
		Encapsulated: encapsulated{oidData, text},
		Certificates: asn1.RawValue{
			Class: asn1.ClassContextSpecific, Tag: 0, IsCompound: true, Bytes: k.certificate.Raw},
		Signers: []signerInfo{{
			Version: 1,
			Certificate: issuerAndSerialNumber{
				asn1.RawValue{FullBytes: k.certificate.RawIssuer}, k.certificate.SerialNumber},
			Digest:             sha256Algorithm,
			SignedAttributes:   asn1.RawValue{FullBytes: attributes},
			SignatureAlgorithm: rsaAlgorithm,
			Signature:          signature,
		}},
	}})
}
