// Package longbridge is the scheme longbridge-hmac.
//
// This file makes signatures, received.go judges what was received.
package longbridge

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"strings"

	"example.invalid/signproof-go-adapter/protocol"
)

const (
	signedHeaders = "authorization;x-api-key;x-timestamp"
	refreshPath   = "/v1/token/refresh"
)

// Scheme is all that this package offers.
var Scheme = protocol.Scheme{
	Prepare: func(values []byte) (any, error) {
		var read credential
		err := json.Unmarshal(values, &read)
		return read, err
	},
	Operations: map[string]protocol.Operation{
		"sign":             protocol.Of(sign),
		"request":          protocol.Of(request),
		"refresh-request":  protocol.Of(refreshRequest),
		"verify":           protocol.Of(verify),
		"response":         protocol.Of(response),
		"refresh-response": protocol.Of(refreshResponse),
	},
}

type credential struct {
	AppKey      string `json:"app_key"`
	AppSecret   string `json:"app_secret"`
	AccessToken string `json:"access_token"`
}

// call is the input of `sign`. Go decodes the padded base64 of a []byte member by itself.
type call struct {
	Method    string  `json:"method"`
	Path      string  `json:"path"`
	Query     *string `json:"query"`
	Body      []byte  `json:"body_b64"`
	Timestamp string  `json:"timestamp"`
}

// httpRequest is the output of `request` and `refresh-request` and the input of `verify`.
type httpRequest struct {
	Method  string      `json:"method"`
	Path    string      `json:"path"`
	Query   *string     `json:"query"`
	Headers [][2]string `json:"headers"`
	Body    []byte      `json:"body_b64"`
}

func (c call) query() string {
	if c.Query == nil {
		return ""
	}
	return *c.Query
}

// stagesOf computes every stage; the path may be in another form than the one sent.
func stagesOf(k credential, c call, path string) protocol.Stages {
	headers := "authorization:" + k.AccessToken + "\nx-api-key:" + k.AppKey +
		"\nx-timestamp:" + c.Timestamp + "\n"
	digest := ""
	if len(c.Body) > 0 {
		digest = sha1Hex(c.Body)
	}
	canonical := strings.Join(
		[]string{strings.ToUpper(c.Method), path, c.query(), headers, signedHeaders, digest}, "|")
	canonicalDigest := sha1Hex([]byte(canonical))
	text := "HMAC-SHA256|" + canonicalDigest
	mac := hmac.New(sha256.New, []byte(k.AppSecret))
	mac.Write([]byte(text))
	signature := hex.EncodeToString(mac.Sum(nil))
	return protocol.Stages{
		"canonical_headers": headers,
		"body_digest":       digest,
		"canonical_request": canonical,
		"canonical_digest":  canonicalDigest,
		"string_to_sign":    text,
		"signature":         signature,
		"header":            "HMAC-SHA256 SignedHeaders=" + signedHeaders + ", Signature=" + signature,
	}
}

func sha1Hex(octets []byte) string {
	digest := sha1.Sum(octets)
	return hex.EncodeToString(digest[:])
}

func visible(text string) bool {
	for i := 0; i < len(text); i++ {
		if text[i] < '!' || text[i] > '~' {
			return false
		}
	}
	return true
}

func letters(text string) bool {
	for i := 0; i < len(text); i++ {
		if c := text[i] | 0x20; c < 'a' || c > 'z' {
			return false
		}
	}
	return text != ""
}

// refuse returns why this must not be signed, nil where it may.
func refuse(k credential, c call) error {
	switch {
	case k.AppKey == "" || k.AppSecret == "" || k.AccessToken == "":
		return protocol.Reject("empty-credential", "a part of the credential is empty")
	case len(k.AccessToken) >= 7 && strings.EqualFold(k.AccessToken[:7], "bearer "):
		return protocol.Reject("token-with-scheme", "the token is sent raw, without Bearer")
	case !visible(k.AppKey) || !visible(k.AccessToken):
		return protocol.Reject("invalid-value", "key and token must be visible ASCII")
	case strings.Trim(k.AppSecret, " \t\n\v\f\r") != k.AppSecret:
		return protocol.Reject("secret-with-space", "the secret has white space around it")
	case !letters(c.Method):
		return protocol.Reject("invalid-method", "%q is not a method", c.Method)
	case !strings.HasPrefix(c.Path, "/") || !visible(c.Path) || strings.ContainsAny(c.Path, "?#"):
		return protocol.Reject("invalid-target", "%q is not a path as sent", c.Path)
	case !visible(c.query()) || strings.Contains(c.query(), "#"):
		return protocol.Reject("invalid-target", "%q is not a query as sent", c.query())
	case c.Timestamp == "" || !visible(c.Timestamp):
		return protocol.Reject("invalid-value", "%q is not a timestamp as sent", c.Timestamp)
	}
	return nil
}

func sign(k credential, c call) (any, protocol.Stages, error) {
	if err := refuse(k, c); err != nil {
		return nil, nil, err
	}
	stages := stagesOf(k, c, c.Path)
	return map[string]string{"x_api_signature": stages["header"]}, stages, nil
}

type wantedCall struct {
	call
	Params          [][2]string `json:"params"`
	RefreshResponse []byte      `json:"refresh_response_b64"`
}

func request(k credential, wanted wantedCall) (any, protocol.Stages, error) {
	if len(wanted.RefreshResponse) > 0 {
		token, err := readRefresh(wanted.RefreshResponse)
		if err != nil {
			return nil, nil, err
		}
		k.AccessToken = token.Token
	}
	c := wanted.call
	if len(wanted.Params) > 0 {
		c.Query = encode(wanted.Params)
	}
	return signedRequest(k, c)
}

type wantedRefresh struct {
	ExpiredAt string `json:"expired_at"`
	Timestamp string `json:"timestamp"`
}

func refreshRequest(k credential, wanted wantedRefresh) (any, protocol.Stages, error) {
	query := encode([][2]string{{"expired_at", wanted.ExpiredAt}})
	return signedRequest(
		k, call{Method: "GET", Path: refreshPath, Query: query, Timestamp: wanted.Timestamp})
}

func encode(params [][2]string) *string {
	pairs := make([]string, len(params))
	for i, pair := range params {
		pairs[i] = url.QueryEscape(pair[0]) + "=" + url.QueryEscape(pair[1])
	}
	query := strings.Join(pairs, "&")
	return &query
}

func signedRequest(k credential, c call) (any, protocol.Stages, error) {
	if err := refuse(k, c); err != nil {
		return nil, nil, err
	}
	stages := stagesOf(k, c, c.Path)
	headers := [][2]string{
		{"X-Api-Key", k.AppKey},
		{"Authorization", k.AccessToken},
		{"X-Timestamp", c.Timestamp},
		{"X-Api-Signature", stages["header"]},
	}
	if len(c.Body) > 0 {
		headers = append(headers, [2]string{"Content-Type", "application/json; charset=utf-8"})
	}
	body := c.Body
	if body == nil {
		body = []byte{} // a nil slice would be written as null
	}
	return httpRequest{c.Method, c.Path, c.Query, headers, body}, nil, nil
}
