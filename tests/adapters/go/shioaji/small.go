package shioaji

import (
	"crypto/x509"
	"math/big"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"example.invalid/signproof-go-adapter/protocol"
)

type wantedPersonID struct {
	Certificate []byte `json:"certificate_b64"`
}

func personIDOf(_ credential, wanted wantedPersonID) (any, protocol.Stages, error) {
	certificate, err := x509.ParseCertificate(wanted.Certificate)
	if err != nil {
		return nil, nil, protocol.Reject("malformed-certificate", "%v", err)
	}
	id := personID(certificate)
	if id == "" {
		return nil, nil, errNoPerson
	}
	return map[string]string{"person_id": id}, nil, nil
}

const expireTimeForm = "2006-01-02T15:04:05"

// time.Parse alone also takes a fraction.
var expireTimeShape = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}$`)

type wantedExpireTime struct {
	NotAfter int64 `json:"not_after"`
}

func expireTime(_ credential, wanted wantedExpireTime) (any, protocol.Stages, error) {
	text, err := writtenExpireTime(wanted.NotAfter)
	return map[string]string{"expire_time": text}, nil, err
}

func writtenExpireTime(seconds int64) (string, error) {
	instant := time.Unix(seconds, 0).UTC()
	if instant.Year() < 1 || instant.Year() > 9999 {
		return "", protocol.Reject("instant-out-of-range", "the year is %d", instant.Year())
	}
	return instant.Format(expireTimeForm), nil
}

type wantedReadExpireTime struct {
	ExpireTime string `json:"expire_time"`
}

func readExpireTime(_ credential, wanted wantedReadExpireTime) (any, protocol.Stages, error) {
	instant, err := time.Parse(expireTimeForm, wanted.ExpireTime)
	if err != nil || !expireTimeShape.MatchString(wanted.ExpireTime) || instant.Year() < 1 {
		return nil, nil, protocol.Reject("malformed-expire-time", "it is not YYYY-MM-DDTHH:MM:SS")
	}
	return map[string]int64{"not_after": instant.Unix()}, nil, nil
}

var (
	placeholder    = regexp.MustCompile(`(?s)^(?:<.*>|YOUR[ _].*|.*\bfrom above\b.*)$`)
	quoted         = regexp.MustCompile(`(?s)^(?:'.*'|".*")$`)
	nationalID     = regexp.MustCompile(`^[A-Za-z][0-9]{9}$`)
	keyCharacters  = regexp.MustCompile(`^[!-9;-~]+$`)
	secretInHex    = regexp.MustCompile(`^(?:0[xX])?[0-9A-Fa-f]{64}$`)
	secretInBase64 = regexp.MustCompile(`^[A-Za-z0-9+/_-]{43}=?$`)
)

type wantedCredentials struct {
	APIKey    string `json:"api_key"`
	SecretKey string `json:"secret_key"`
}

func checkCredentials(_ credential, wanted wantedCredentials) (any, protocol.Stages, error) {
	reason, ofSecret := wrongKey(wanted.APIKey), wrongSecret(wanted.SecretKey)
	switch {
	case reason == "":
		reason = ofSecret
	case reason == "national-id" && (ofSecret == "secret-not-base58" || ofSecret == "secret-length"):
		reason = "secret-is-password"
	}
	if reason == "" && wanted.APIKey == wanted.SecretKey {
		reason = "same-twice"
	}
	if reason != "" {
		return nil, nil, protocol.Reject(reason, "it cannot be right")
	}
	return map[string]bool{"valid": true}, nil, nil
}

func wrongKey(key string) string {
	reason := copiedAlong(key)
	switch {
	case reason != "":
		return reason
	case nationalID.MatchString(key):
		return "national-id"
	case !keyCharacters.MatchString(key):
		return "key-characters"
	case utf8.RuneCountInString(key) < 10:
		return "key-too-short"
	}
	return ""
}

func wrongSecret(secret string) string {
	octets, isBase58 := base58(secret)
	if isBase58 && octets == 32 {
		return ""
	}
	reason := copiedAlong(secret)
	switch {
	case reason != "":
		return reason
	case secretInHex.MatchString(secret):
		return "secret-in-hex"
	case secretInBase64.MatchString(secret):
		return "secret-in-base64"
	case isBase58:
		return "secret-length"
	}
	return "secret-not-base58"
}

// copiedAlong names what was copied with a value, or stands in its place.
func copiedAlong(text string) string {
	bare := strings.TrimSpace(text)
	switch {
	case text == "":
		return "empty"
	case placeholder.MatchString(bare):
		return "placeholder"
	case len(bare) > 1 && quoted.MatchString(bare):
		return "quoted"
	case strings.IndexFunc(text, unicode.IsSpace) >= 0:
		return "white-space"
	}
	return ""
}

const alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58 counts the octets that a text stands for.
func base58(text string) (int, bool) {
	if len(text) > 1000 {
		return 0, false
	}
	number, radix := new(big.Int), big.NewInt(58)
	for _, character := range text {
		value := strings.IndexRune(alphabet, character)
		if value < 0 {
			return 0, false
		}
		number.Add(number.Mul(number, radix), big.NewInt(int64(value)))
	}
	zeros := len(text) - len(strings.TrimLeft(text, alphabet[:1]))
	return zeros + len(number.Bytes()), true
}
