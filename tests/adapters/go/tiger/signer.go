// Package tiger is the scheme tiger-rsa.
//
// This file makes signatures, received.go judges what was received, strict.go reads its JSON;
// keys.go tells what a key is, text.go takes off what is around one.
package tiger

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"regexp"
	"sort"
	"strings"

	"example.invalid/signproof-go-adapter/protocol"
)

// Scheme is all that this package offers.
var Scheme = protocol.Scheme{
	Prepare: prepare,
	Operations: map[string]protocol.Operation{
		"sign":            protocol.Of(sign),
		"request":         protocol.Of(request),
		"verify":          protocol.Of(verify),
		"sign-response":   protocol.Of(signResponse),
		"verify-response": protocol.Of(verifyResponse),
		"push-login":      protocol.Of(pushLogin),
		"load-key":        protocol.Of(loadKey),
		"convert-key":     protocol.Of(convertKey),
		"read-token":      protocol.Of(readToken),
	},
}

var (
	visible       = regexp.MustCompile(`^[!-~]+$`)
	timestampForm = regexp.MustCompile(
		`^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01]) ([01]\d|2[0-3])(:[0-5]\d){2}$`)
)

type credential struct {
	TigerID        string `json:"tiger_id"`
	PrivateKey     string `json:"private_key"`
	TigerPublicKey string `json:"tiger_public_key"`
	Token          string `json:"token"`

	key   *rsa.PrivateKey
	noKey error
}

func prepare(values []byte) (any, error) {
	var k credential
	if err := json.Unmarshal(values, &k); err != nil {
		return nil, err
	}
	found, err := load([]byte(k.PrivateKey))
	k.key, k.noKey = found.key, err
	return k, nil
}

// signer returns the key of a credential that may sign requests.
func (k credential) signer() (*rsa.PrivateKey, error) {
	if k.noKey != nil {
		return nil, k.noKey
	}
	if !visible.MatchString(k.TigerID) {
		return nil, protocol.Reject("invalid-tiger-id", "the tiger_id is not visible ASCII")
	}
	return k.key, nil
}

// field is a name and a value, in JSON a list of the two; nil is null.
type field struct {
	name  string
	value *string
}

func (f *field) UnmarshalJSON(octets []byte) error {
	return json.Unmarshal(octets, &[]any{&f.name, &f.value})
}

func text(value string) *string { return &value }

// signContent joins the fields; leftOut says that empty and null ones are left out.
func signContent(fields []field, charset string, leftOut bool) ([]byte, error) {
	sorted := append([]field(nil), fields...)
	sort.Slice(sorted, func(i, j int) bool { return sorted[i].name < sorted[j].name })
	var parts []string
	for _, f := range sorted {
		if f.name == "sign" || (leftOut && (f.value == nil || *f.value == "")) {
			continue
		}
		value := "null"
		if f.value != nil {
			value = *f.value
		}
		parts = append(parts, f.name+"="+value)
	}
	content := strings.Join(parts, "&")
	if charset == "GBK" && !isASCII(content) {
		return nil, protocol.Skip("Go's standard library has no GBK")
	}
	return []byte(content), nil
}

func isASCII(content string) bool {
	return strings.IndexFunc(content, func(r rune) bool { return r > '~'+1 }) < 0
}

// encodedMessage is EMSA-PKCS1-v1_5 (RFC 8017, section 9.2) of a SHA-1 digest.
func encodedMessage(digest []byte, length int) []byte {
	info := []byte("\x30\x21\x30\x09\x06\x05\x2b\x0e\x03\x02\x1a\x05\x00\x04\x14")
	padding := bytes.Repeat([]byte{0xff}, length-3-len(info)-len(digest))
	return bytes.Join([][]byte{{0, 1}, padding, {0}, info, digest}, nil)
}

// signed returns the signature over a content, and the stages that lead to it.
func signed(key *rsa.PrivateKey, name string, content []byte) (string, protocol.Stages, error) {
	digest := sha1.Sum(content)
	octets, err := rsa.SignPKCS1v15(nil, key, crypto.SHA1, digest[:])
	if err != nil {
		return "", nil, err
	}
	line := base64.StdEncoding.EncodeToString
	signature := line(octets)
	return signature, protocol.Stages{
		name:                  string(content), // text: GBK is not done
		"digest_b64":          line(digest[:]),
		"encoded_message_b64": line(encodedMessage(digest[:], key.Size())),
		"signature":           signature,
	}, nil
}

// signedAlone answers an operation whose output is a signature.
func signedAlone(key *rsa.PrivateKey, name string, content []byte) (any, protocol.Stages, error) {
	signature, stages, err := signed(key, name, content)
	if err != nil {
		return nil, nil, err
	}
	return map[string]string{"sign": signature}, stages, nil
}

type wantedSign struct {
	Params  []field `json:"params"`
	Charset string  `json:"charset"`
}

func sign(k credential, wanted wantedSign) (any, protocol.Stages, error) {
	key, err := k.signer()
	if err != nil {
		return nil, nil, err
	}
	content, err := signContent(wanted.Params, wanted.Charset, false)
	if err != nil {
		return nil, nil, err
	}
	return signedAlone(key, "sign_content", content)
}

type wantedRequest struct {
	Method     string  `json:"api_method"`
	BizContent *string `json:"biz_content"`
	Timestamp  string  `json:"timestamp"`
	Charset    string  `json:"charset"`
	More       []field `json:"more"`
}

// httpRequest is the output of `request` and the input of `verify`.
type httpRequest struct {
	Method  string      `json:"method"`
	Path    string      `json:"path"`
	Query   *string     `json:"query"`
	Headers [][2]string `json:"headers"`
	Body    []byte      `json:"body_b64"`
}

func request(k credential, wanted wantedRequest) (any, protocol.Stages, error) {
	key, err := k.signer()
	if err != nil {
		return nil, nil, err
	}
	headers := [][2]string{{"Content-Type", "application/json; charset=UTF-8"}}
	if k.Token != "" {
		if _, err := tokenInstants(k.Token); err != nil {
			return nil, nil, err
		}
		headers = append(headers, [2]string{"Authorization", k.Token})
	}
	if wanted.Charset == "" {
		wanted.Charset = "UTF-8"
	}
	fields, err := fieldsOf(k.TigerID, wanted)
	if err != nil {
		return nil, nil, err
	}
	content, err := signContent(fields, wanted.Charset, false)
	if err != nil {
		return nil, nil, err
	}
	signature, _, err := signed(key, "sign_content", content)
	if err != nil {
		return nil, nil, err
	}
	members := map[string]*string{"sign": &signature}
	for _, f := range fields {
		members[f.name] = f.value
	}
	body, err := json.Marshal(members)
	if err != nil {
		return nil, nil, err
	}
	return httpRequest{"POST", "/gateway", nil, headers, body}, nil, nil
}

// fieldsOf returns the fields of a request without `sign`, or why they are none.
func fieldsOf(tigerID string, wanted wantedRequest) ([]field, error) {
	more := map[string]*string{}
	for _, f := range wanted.More {
		if f.name == "method" || f.name == "biz_content" {
			return nil, protocol.Reject("conflicting-field", "%s stands among the others", f.name)
		}
		more[f.name] = f.value
	}
	if !timestampForm.MatchString(wanted.Timestamp) {
		return nil, protocol.Reject("malformed-timestamp", "it is not YYYY-MM-DD HH:MM:SS")
	}
	version, given := more["version"]
	if wanted.Method == "" || (given && (version == nil || *version == "")) {
		return nil, protocol.Reject("missing-field", "method or version is empty")
	}
	fields := []field{{"method", &wanted.Method}}
	if !given {
		fields = append(fields, field{"version", text("2.0")})
	}
	if wanted.BizContent != nil {
		fields = append(fields, field{"biz_content", wanted.BizContent})
	}
	for _, own := range []field{
		{"timestamp", &wanted.Timestamp},
		{"tiger_id", &tigerID},
		{"charset", &wanted.Charset},
		{"sign_type", text("RSA")},
	} {
		if value, given := more[own.name]; given {
			if value == nil || *value != *own.value {
				return nil, protocol.Reject("conflicting-field", "%s has another value", own.name)
			}
			delete(more, own.name)
		}
		fields = append(fields, own)
	}
	for name, value := range more {
		fields = append(fields, field{name, value})
	}
	return fields, nil
}

type wantedResponse struct {
	RequestTimestamp string `json:"request_timestamp"`
}

func signResponse(k credential, wanted wantedResponse) (any, protocol.Stages, error) {
	if k.noKey != nil {
		return nil, nil, k.noKey
	}
	return signedAlone(k.key, "response_content", []byte(wanted.RequestTimestamp))
}

func pushLogin(k credential, _ struct{}) (any, protocol.Stages, error) {
	key, err := k.signer()
	if err != nil {
		return nil, nil, err
	}
	return signedAlone(key, "push_login_content", []byte(k.TigerID))
}
