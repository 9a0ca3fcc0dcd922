package shioaji

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"example.invalid/signproof-go-adapter/protocol"
)

const longestEnvelope = 524_288

var (
	tenDigits = regexp.MustCompile(`^[1-9][0-9]{9}$`)
	older     = regexp.MustCompile(`^MI[A-Za-z0-9%]`)
	olderForm = regexp.MustCompile(`^(?:[A-Za-z0-9]|%2B|%2F)*(?:%3D){0,2}$`)
	unescape  = strings.NewReplacer("%2B", "+", "%2F", "/", "%3D", "=")
)

type wantedVerify struct {
	Envelope  string  `json:"envelope"`
	IP        *string `json:"ip"`
	PlainText *string `json:"plain_text"`
	Earliest  *int64  `json:"earliest"`
	Latest    *int64  `json:"latest"`
}

// verify takes every kind of envelope: the prefix says which it is.
func verify(_ credential, wanted wantedVerify) (any, protocol.Stages, error) {
	given, err := readEnvelope(wanted.Envelope)
	if err != nil {
		return nil, nil, err
	}
	certificate, key, err := readCertificate(given.certificate)
	if err != nil {
		return nil, nil, err
	}
	if given.cms != nil {
		err = given.cms.check(certificate, key, given.text)
	} else {
		err = checkSignature(key, given.signature, given.text)
	}
	if err != nil {
		return nil, nil, err
	}
	id := personID(certificate)
	if id == "" {
		return nil, nil, protocol.Reject("no-person-id", "the certificate's CN gives none")
	}
	seconds, err := wanted.read(given.text, id)
	if err != nil {
		return nil, nil, err
	}
	return map[string]any{"person_id": id, "seconds": seconds}, nil, nil
}

// readCertificate reads a certificate that may belong to an envelope, with its key.
func readCertificate(der []byte) (*x509.Certificate, *rsa.PublicKey, error) {
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		return nil, nil, protocol.Reject("malformed-certificate", "%v", err)
	}
	key, isRSA := certificate.PublicKey.(*rsa.PublicKey)
	if !isRSA || key.N.BitLen() < 1024 || key.N.BitLen() > 8192 {
		return nil, nil, protocol.Reject("unsupported-key", "it is not RSA of 1024 to 8192 bits")
	}
	return certificate, key, nil
}

// envelope is one taken apart: with a CMS, the signature is in it.
type envelope struct {
	cms                          *readCMS
	signature, text, certificate []byte
}

func readEnvelope(written string) (envelope, error) {
	if utf8.RuneCountInString(written) > longestEnvelope {
		return envelope{}, protocol.Reject("too-large", "it is longer than any envelope")
	}
	if strings.IndexFunc(written, func(r rune) bool { return r > 0x7f }) >= 0 {
		return envelope{}, protocol.Reject("not-ascii", "it is not ASCII")
	}
	prefix, rest, dot := strings.Cut(written, ".")
	if !dot && older.MatchString(written) {
		return readOlder(written)
	}
	if !dot || prefix != "pkcs1" && prefix != "pkcs7" {
		return envelope{}, protocol.Reject("unknown-prefix", "neither pkcs1. nor pkcs7.")
	}
	texts := strings.Split(rest, ".")
	if len(texts) != 3 {
		return envelope{}, protocol.Reject("wrong-part-count", "%d parts", len(texts))
	}
	var parts [3][]byte
	var err error
	for at, text := range texts {
		if parts[at], err = octetsOf(text); err != nil {
			return envelope{}, err
		}
	}
	found := envelope{nil, parts[0], parts[1], parts[2]}
	if prefix == "pkcs7" {
		found.cms, err = parseCMS(parts[0])
	}
	return found, err
}

func readOlder(written string) (envelope, error) {
	if !olderForm.MatchString(written) {
		return envelope{}, protocol.Reject("malformed-percent", "there are other escapes")
	}
	octets, err := octetsOf(unescape.Replace(written))
	if err != nil {
		return envelope{}, err
	}
	cms, err := parseCMS(octets)
	if err != nil {
		return envelope{}, err
	}
	return envelope{cms, nil, cms.content, cms.certificate}, nil
}

func octetsOf(text string) ([]byte, error) {
	// DecodeString leaves out CR and LF, and takes any unused bits unless it is strict.
	octets, err := base64.StdEncoding.Strict().DecodeString(text)
	if err != nil || text == "" || strings.ContainsAny(text, "\r\n") {
		return nil, protocol.Reject("malformed-base64", "it is not padded base64 in one line")
	}
	return octets, nil
}

func checkSignature(key *rsa.PublicKey, signature, text []byte) error {
	if len(signature) != key.Size() {
		return protocol.Reject("wrong-signature-length", "%d octets", len(signature))
	}
	if isSignedWith(key, crypto.SHA1, signature, text) {
		return nil
	}
	others := []crypto.Hash{crypto.MD5, crypto.SHA224, crypto.SHA256, crypto.SHA384, crypto.SHA512}
	for _, other := range others {
		if isSignedWith(key, other, signature, text) {
			return protocol.Reject("wrong-digest-algorithm", "it is over %v, not SHA-1", other)
		}
	}
	return protocol.Reject("wrong-signature", "it is not by this key over this text")
}

func isSignedWith(key *rsa.PublicKey, digest crypto.Hash, signature, text []byte) bool {
	state := digest.New()
	state.Write(text)
	return rsa.VerifyPKCS1v15(key, digest, state.Sum(nil), signature) == nil
}

// read returns the time in a signed text, which has to hold what is wanted.
func (wanted wantedVerify) read(text []byte, id string) (int64, error) {
	if !utf8.Valid(text) {
		return 0, protocol.Reject("text-not-utf-8", "the text is not UTF-8")
	}
	rest, found := bytes.CutPrefix(text, []byte(id))
	if !found {
		return 0, protocol.Reject("wrong-person", "it does not start with the person id")
	}
	last := []rune(string(rest))
	time := string(last[max(0, len(last)-10):])
	if wanted.IP != nil {
		after, follows := strings.CutPrefix(string(rest), *wanted.IP)
		if !follows {
			return 0, protocol.Reject("wrong-ip", "the address does not follow")
		}
		if wanted.PlainText != nil {
			if time, follows = strings.CutPrefix(after, *wanted.PlainText); !follows {
				return 0, protocol.Reject("wrong-plain-text", "the text does not follow")
			}
		}
	}
	if !tenDigits.MatchString(time) {
		return 0, protocol.Reject("malformed-time", "it does not end in ten digits")
	}
	seconds, err := strconv.ParseInt(time, 10, 64)
	if err != nil {
		return 0, err
	}
	early := wanted.Earliest != nil && seconds < *wanted.Earliest
	if early || wanted.Latest != nil && seconds > *wanted.Latest {
		return 0, protocol.Reject("time-out-of-window", "%d is not in the window", seconds)
	}
	return seconds, nil
}
