package tiger

import (
	"bytes"
	"crypto"
	"crypto/rsa"
	"crypto/sha1"
	"encoding/base64"
	"encoding/json"
	"errors"
	"regexp"
	"strconv"
	"strings"

	"example.invalid/signproof-go-adapter/protocol"
)

var (
	integerForm = regexp.MustCompile(`^-?(0|[1-9]\d*)$`)
	tokenHead   = regexp.MustCompile(`^(\d{13}),(\d{13})`)
	required    = []string{
		"method", "version", "timestamp", "tiger_id", "charset", "sign_type", "sign",
	}
)

type receivedRequest struct {
	Request httpRequest `json:"request"`
}

func verify(k credential, received receivedRequest) (any, protocol.Stages, error) {
	if k.noKey != nil {
		return nil, nil, k.noKey
	}
	body := received.Request.Body
	members, err := readObject(body)
	var twice duplicate
	switch {
	case errors.As(err, &twice):
		return nil, nil, protocol.Reject("duplicate-field", "%v", err)
	case err != nil && !isASCII(string(body)) && bytes.Contains(bytes.ToUpper(body), []byte("GBK")):
		return nil, nil, protocol.Skip("Go's standard library has no GBK")
	case err != nil:
		return nil, nil, protocol.Reject("malformed-json", "%v", err)
	}
	if err := checkFields(members, k.TigerID); err != nil {
		return nil, nil, err
	}
	signature, ok := readSignature(members["sign"].(string), k.key.Size())
	if !ok {
		return nil, nil, protocol.Reject("malformed-signature", "sign is no signature's base64")
	}
	fields, err := signedFields(members)
	if err != nil {
		return nil, nil, err
	}
	if hasLoneSurrogate(body) {
		return nil, nil, protocol.Reject("unencodable-text", "half of a surrogate pair")
	}
	charset := strings.ToUpper(members["charset"].(string))
	for _, rule := range []struct {
		name    string
		leftOut bool
	}{{"kept", false}, {"left-out", true}} {
		content, err := signContent(fields, charset, rule.leftOut)
		if err != nil {
			return nil, nil, err
		}
		if isOver(&k.key.PublicKey, signature, content) {
			return map[string]any{"valid": true, "empty_values": rule.name}, nil, nil
		}
	}
	return nil, nil, protocol.Reject("wrong-signature", "it does not belong to this request")
}

// checkFields returns what is wrong with the form of the fields that every request has.
func checkFields(members map[string]any, tigerID string) error {
	for _, name := range required {
		if value := members[name]; value == nil || value == "" {
			return protocol.Reject("missing-field", "%s is missing, null or empty", name)
		}
	}
	for _, name := range required {
		if _, isText := members[name].(string); !isText {
			return protocol.Reject("malformed-field", "%s is not text", name)
		}
	}
	charset := strings.ToUpper(members["charset"].(string))
	switch {
	case charset != "UTF-8" && charset != "GBK":
		return protocol.Reject("unknown-charset", "the charset is neither UTF-8 nor GBK")
	case members["sign_type"] != "RSA":
		return protocol.Reject("wrong-sign-type", "the sign_type is not RSA")
	case !timestampForm.MatchString(members["timestamp"].(string)):
		return protocol.Reject("malformed-timestamp", "it is not YYYY-MM-DD HH:MM:SS")
	case members["tiger_id"] != tigerID:
		return protocol.Reject("unknown-tiger-id", "the tiger_id is another one")
	}
	return nil
}

// signedFields returns the fields as the texts that are signed.
func signedFields(members map[string]any) ([]field, error) {
	var fields []field
	for name, value := range members {
		switch value := value.(type) {
		case nil:
			fields = append(fields, field{name, nil})
		case string:
			fields = append(fields, field{name, &value})
		case json.Number:
			fields = append(fields, field{name, text(value.String())})
		case bool:
			fields = append(fields, field{name, text(strconv.FormatBool(value))})
		default:
			return nil, protocol.Reject("unsignable-value", "%q is an object or a list", name)
		}
	}
	return fields, nil
}

// readSignature returns the octets of standard padded base64 in one line, of this length.
func readSignature(line string, length int) ([]byte, bool) {
	if strings.ContainsAny(line, "\r\n") { // which the decoder would leave out
		return nil, false
	}
	octets, err := base64.StdEncoding.Strict().DecodeString(line)
	return octets, err == nil && len(octets) == length
}

func isOver(key *rsa.PublicKey, signature, content []byte) bool {
	digest := sha1.Sum(content)
	return rsa.VerifyPKCS1v15(key, crypto.SHA1, digest[:], signature) == nil
}

type receivedResponse struct {
	Body             []byte `json:"body_b64"`
	RequestTimestamp string `json:"request_timestamp"`
	MissingSign      string `json:"missing_sign"`
}

func verifyResponse(k credential, received receivedResponse) (any, protocol.Stages, error) {
	key, err := loadPublic([]byte(k.TigerPublicKey))
	if err != nil {
		return nil, nil, err
	}
	members, timestamp, err := readEnvelope(received.Body)
	if err != nil {
		return nil, nil, err
	}
	sign, stands := members["sign"]
	switch {
	case !stands && received.MissingSign == "refused":
		return nil, nil, protocol.Reject("missing-response-signature", "there is no sign")
	case !stands:
		return map[string]string{"signature": "absent"}, nil, nil
	case sign == nil:
		return nil, nil, protocol.Reject("null-response-signature", "sign is null")
	case sign == "":
		return nil, nil, protocol.Reject("empty-response-signature", "sign is empty")
	}
	line, isText := sign.(string)
	signature, ok := readSignature(line, key.Size())
	switch {
	case !isText || !ok:
		return nil, nil, protocol.Reject("malformed-response-signature", "sign is no base64 of one")
	case isOver(key, signature, []byte(received.RequestTimestamp)):
		return map[string]string{"signature": "verified"}, nil, nil
	case timestamp != "" && isOver(key, signature, []byte(timestamp)):
		return nil, nil, protocol.Reject("other-timestamp", "it is over the answer's own timestamp")
	}
	return nil, nil, protocol.Reject("wrong-response-signature", "it is not over the timestamp")
}

// readEnvelope returns the members of an answer, and its timestamp as text.
func readEnvelope(body []byte) (map[string]any, string, error) {
	malformed := func(problem string) (map[string]any, string, error) {
		return nil, "", protocol.Reject("malformed-envelope", "%s", problem)
	}
	members, err := readObject(body)
	if err != nil {
		return malformed(err.Error())
	}
	if code, isNumber := members["code"].(json.Number); !isNumber || !isInteger(code) {
		return malformed("code is not an integer")
	}
	if message := members["message"]; message != nil {
		if _, isText := message.(string); !isText {
			return malformed("message is not text")
		}
	}
	switch timestamp := members["timestamp"].(type) {
	case nil:
		return members, "", nil
	case string:
		return members, timestamp, nil
	case json.Number:
		if isInteger(timestamp) {
			return members, timestamp.String(), nil
		}
	}
	return malformed("timestamp is neither an integer nor text")
}

func isInteger(number json.Number) bool { return integerForm.MatchString(number.String()) }

type receivedToken struct {
	Token string `json:"token"`
}

func readToken(_ credential, received receivedToken) (any, protocol.Stages, error) {
	instants, err := tokenInstants(received.Token)
	if err != nil {
		return nil, nil, err
	}
	return map[string]int64{"generated_ms": instants[0], "expires_ms": instants[1]}, nil, nil
}

// tokenInstants returns when a TBHK token was made and when it ends.
func tokenInstants(token string) ([2]int64, error) {
	malformed := func(problem string) ([2]int64, error) {
		return [2]int64{}, protocol.Reject("malformed-token", "%s", problem)
	}
	if len(token) >= 7 && strings.EqualFold(token[:7], "bearer ") {
		return [2]int64{}, protocol.Reject("token-with-scheme", "the token is sent raw")
	}
	if strings.ContainsAny(token, "\r\n") {
		return malformed("it is not base64 in one line")
	}
	octets, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return malformed("it is not base64 in one line")
	}
	head := tokenHead.FindSubmatch(octets)
	if head == nil {
		return malformed("it does not begin with two instants")
	}
	made, _ := strconv.ParseInt(string(head[1]), 10, 64)
	ends, _ := strconv.ParseInt(string(head[2]), 10, 64)
	if ends < made {
		return malformed("it ends before it was made")
	}
	return [2]int64{made, ends}, nil
}
