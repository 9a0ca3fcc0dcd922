package longbridge

import (
	"bytes"
	"crypto/hmac"
	"encoding/json"
	"io"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"example.invalid/signproof-go-adapter/protocol"
)

var signatureForm = regexp.MustCompile(
	`^(HMAC-[A-Z0-9]+) SignedHeaders=([!-+\--~]+), Signature=([0-9a-f]+)$`)

type receivedRequest struct {
	Request httpRequest `json:"request"`
}

func verify(k credential, received receivedRequest) (any, protocol.Stages, error) {
	r := received.Request
	values, err := authHeaders(r.Headers)
	if err != nil {
		return nil, nil, err
	}
	key, token, timestamp, header := values[0], values[1], values[2], values[3]
	if key != k.AppKey {
		return nil, nil, protocol.Reject("unknown-api-key", "X-Api-Key is another key")
	}
	given, err := readSignature(header)
	if err != nil {
		return nil, nil, err
	}
	sent := call{r.Method, r.Path, r.Query, r.Body, timestamp}
	signer := credential{key, k.AppSecret, token}
	for _, form := range pathForms(r.Path) {
		right := stagesOf(signer, sent, form.path)["signature"]
		if hmac.Equal([]byte(given), []byte(right)) {
			return map[string]any{"valid": true, "path_form": form.name}, nil, nil
		}
	}
	return nil, nil, protocol.Reject("wrong-signature", "it does not belong to this request")
}

func authHeaders(headers [][2]string) ([4]string, error) {
	names := [4]string{"X-Api-Key", "Authorization", "X-Timestamp", "X-Api-Signature"}
	var found [4][]string
	for i, name := range names {
		empty := true
		for _, header := range headers {
			if strings.EqualFold(header[0], name) {
				value := strings.Trim(header[1], " \t")
				found[i] = append(found[i], value)
				empty = empty && value == ""
			}
		}
		if empty {
			return [4]string{}, protocol.Reject("missing-header", "%s is missing or empty", name)
		}
	}
	var values [4]string
	for i, name := range names {
		if len(found[i]) > 1 {
			return values, protocol.Reject("duplicate-header", "%s stands %d times", name, len(found[i]))
		}
		values[i] = found[i][0]
	}
	return values, nil
}

func readSignature(header string) (string, error) {
	match := signatureForm.FindStringSubmatch(header)
	switch {
	case match == nil:
		return "", protocol.Reject("malformed-signature", "X-Api-Signature has another form")
	case match[1] != "HMAC-SHA256":
		return "", protocol.Reject("wrong-algorithm", "%s is not HMAC-SHA256", match[1])
	case match[2] != signedHeaders:
		return "", protocol.Reject("wrong-signed-headers", "the signed headers are %s", match[2])
	case len(match[3]) != 64:
		return "", protocol.Reject("malformed-signature", "the signature has %d digits", len(match[3]))
	}
	return match[3], nil
}

type pathForm struct{ name, path string }

func pathForms(path string) []pathForm {
	forms := []pathForm{{"as-sent", path}}
	if decoded, err := url.PathUnescape(path); err == nil && decoded != path {
		forms = append(forms, pathForm{"percent-decoded", decoded})
	}
	return forms
}

var meanings = map[int64]string{
	0:      "success",
	403201: "signature-invalid",
	403202: "duplicate-request",
	403203: "api-key-illegal",
	403205: "ip-not-allowed",
	401003: "token-expired",
	401004: "token-invalid",
	429001: "ip-rate-limited",
	429002: "api-rate-limited",
	500000: "internal-error",
}

type envelope struct {
	code    int64
	message string
	meaning string
	data    any
}

func readEnvelope(body []byte) (envelope, error) {
	malformed := func(problem string) (envelope, error) {
		return envelope{}, protocol.Reject("malformed-envelope", "%s", problem)
	}
	// encoding/json replaces octets that are not UTF-8 instead of refusing them.
	if !utf8.Valid(body) {
		return malformed("the body is not UTF-8")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var members map[string]any
	if err := decoder.Decode(&members); err != nil || members == nil {
		return malformed("the body is not a JSON object")
	}
	if _, err := decoder.Token(); err != io.EOF {
		return malformed("something follows the JSON object")
	}
	number, isNumber := members["code"].(json.Number)
	code, err := number.Int64()
	if !isNumber || err != nil {
		return malformed("code is not an integer")
	}
	text, present := members["message"]
	if !present {
		text, present = members["msg"]
	}
	message, isText := text.(string)
	if present && !isText {
		return malformed("message is not text")
	}
	meaning, known := meanings[code]
	if !known {
		meaning = "api-error"
	}
	return envelope{code, message, meaning, members["data"]}, nil
}

type answer struct {
	Status int    `json:"status"`
	Body   []byte `json:"body_b64"`
}

func response(_ credential, received answer) (any, protocol.Stages, error) {
	e, err := readEnvelope(received.Body)
	if err != nil {
		return nil, nil, err
	}
	return map[string]any{"code": e.code, "message": e.message, "meaning": e.meaning}, nil, nil
}

type newToken struct {
	Token          string `json:"token"`
	IssuedAt       string `json:"issued_at"`
	ExpiredAt      string `json:"expired_at"`
	MemberID       string `json:"member_id"`
	Aaid           string `json:"aaid"`
	AccountChannel string `json:"account_channel"`
}

func refreshResponse(_ credential, received answer) (any, protocol.Stages, error) {
	token, err := readRefresh(received.Body)
	if err != nil {
		return nil, nil, err
	}
	return token, nil, nil
}

func readRefresh(body []byte) (newToken, error) {
	e, err := readEnvelope(body)
	if err != nil {
		return newToken{}, err
	}
	if e.code != 0 {
		return newToken{}, protocol.Reject(e.meaning, "code %d: %s", e.code, e.message)
	}
	data, _ := e.data.(map[string]any)
	account, _ := data["account_info"].(map[string]any)
	lacking := ""
	text := func(name string) string {
		value, _ := data[name].(string)
		if value == "" {
			lacking = name
		}
		return value
	}
	instant := func(name string) string {
		at, err := time.Parse(time.RFC3339Nano, text(name))
		if err != nil {
			lacking = name
			return ""
		}
		return at.UTC().Format("2006-01-02T15:04:05.000Z")
	}
	// Some answers print identifiers as numbers; a token without them is still the new token.
	identifier := func(name string) string {
		switch value := account[name].(type) {
		case string:
			return value
		case json.Number:
			return value.String()
		}
		return ""
	}
	token := newToken{
		text("token"),
		instant("issued_at"),
		instant("expired_at"),
		identifier("member_id"),
		identifier("aaid"),
		identifier("account_channel"),
	}
	if lacking != "" {
		return newToken{}, protocol.Reject("malformed-refresh", "the data has no usable %s", lacking)
	}
	return token, nil
}
