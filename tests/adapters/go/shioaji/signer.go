// Package shioaji is the scheme shioaji-ca.
//
// This file and cms.go make signatures, received.go and readcms.go verify them. container.go opens CA
// files, with the derivations and ciphers of passwords.go and rc2.go; instead.go says what else a
// file is, and der.go reads the DER of all. session.go follows a session, env.go reads
// settings and traps.go judges them, small.go has the rest.
package shioaji

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"strconv"
	"strings"

	"example.invalid/signproof-go-adapter/protocol"
)

// Scheme is all that this package offers.
var Scheme = protocol.Scheme{
	Prepare: prepare,
	Operations: map[string]protocol.Operation{
		"open-ca":           protocol.Of(openCA),
		"person-id":         protocol.Of(personIDOf),
		"expire-time":       protocol.Of(expireTime),
		"read-expire-time":  protocol.Of(readExpireTime),
		"check-credentials": protocol.Of(checkCredentials),
		"read-env":          protocol.Of(readEnv),
		"inspect-env":       protocol.Of(inspectEnv),
		"activate":          protocol.Of(activate),
		"sign-pkcs1":        protocol.Of(signPKCS1),
		"sign-pkcs7":        protocol.Of(signPKCS7),
		"verify-pkcs1":      protocol.Of(verify),
		"verify-pkcs7":      protocol.Of(verify),
	},
}

// credential is a CA that can sign, or why it cannot.
type credential struct {
	key         *rsa.PrivateKey
	certificate *x509.Certificate
	personID    string
	noKey       error
}

func prepare(values []byte) (any, error) {
	var given wantedOpen
	if err := json.Unmarshal(values, &given); err != nil {
		return nil, err
	}
	found, err := open(given.File, given.Password)
	if err != nil {
		return credential{noKey: err}, nil
	}
	key, isRSA := found.key.(*rsa.PrivateKey)
	if !isRSA {
		return credential{noKey: protocol.Reject("unsupported-key", "the key is not RSA")}, nil
	}
	id := personID(found.certificate)
	if id == "" {
		return credential{noKey: errNoPerson}, nil
	}
	return credential{key: key, certificate: found.certificate, personID: id}, nil
}

var errNoPerson = protocol.Reject("person-id-not-found", "the certificate's CN gives no person id")

// personID is the first CN up to its first hyphen, empty where that is nothing.
func personID(certificate *x509.Certificate) string {
	for _, attribute := range certificate.Subject.Names {
		if attribute.Type.String() == "2.5.4.3" {
			name, _ := attribute.Value.(string)
			id, _, _ := strings.Cut(name, "-")
			return id
		}
	}
	return ""
}

type wantedSign struct {
	PlainText string `json:"plain_text"`
	IP        string `json:"ip"`
	Seconds   int64  `json:"seconds"`
}

// signedText is what is signed: four texts in a row.
func (k credential) signedText(wanted wantedSign) ([]byte, error) {
	if k.noKey != nil {
		return nil, k.noKey
	}
	seconds := strconv.FormatInt(wanted.Seconds, 10)
	if wanted.Seconds < 0 || len(seconds) != 10 {
		return nil, protocol.Reject("invalid-signed-text", "the time has not ten digits")
	}
	return []byte(k.personID + wanted.IP + wanted.PlainText + seconds), nil
}

func signPKCS1(k credential, wanted wantedSign) (any, protocol.Stages, error) {
	text, err := k.signedText(wanted)
	if err != nil {
		return nil, nil, err
	}
	digest := sha1.Sum(text)
	signature, err := rsa.SignPKCS1v15(nil, k.key, crypto.SHA1, digest[:])
	if err != nil {
		return nil, nil, err
	}
	envelope := joined("pkcs1", signature, text, k.certificate.Raw)
	return map[string]string{"envelope": envelope}, protocol.Stages{
		"signed_text_b64": line(text),
		"signature_b64":   line(signature),
		"envelope":        envelope,
	}, nil
}

func joined(prefix string, parts ...[]byte) string {
	texts := []string{prefix}
	for _, part := range parts {
		texts = append(texts, line(part))
	}
	return strings.Join(texts, ".")
}

func line(octets []byte) string { return base64.StdEncoding.EncodeToString(octets) }
