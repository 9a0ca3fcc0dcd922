package shioaji

import (
	"encoding/json"
	"net/netip"
	"slices"

	"example.invalid/signproof-go-adapter/protocol"
)

const (
	clockTolerance = 30
	tokenLifetime  = 86_400
)

// permissions that calls need; a call that is not here needs none.
var permissions = map[string]string{
	"accounts":    "account",
	"subscribe":   "market-data",
	"unsubscribe": "market-data",
	"order":       "trading",
}

var openFailures = map[string]string{
	"wrong-password": "ca-password",
	"file-missing":   "ca-file-missing",
	"not-pfx":        "ca-not-pfx",
	"no-pair":        "ca-no-pair",
}

type account struct {
	Type     string `json:"account_type"`
	PersonID string `json:"person_id"`
	Broker   string `json:"broker_id"`
	ID       string `json:"account_id"`
	Signed   bool   `json:"signed"`
}

type apiKey struct {
	Permissions []string  `json:"permissions"`
	Accounts    []account `json:"accounts"`
	Expires     *int64    `json:"expires"`
	Addresses   []string  `json:"addresses"`
}

func (k apiKey) hasEnded(now int64) bool { return k.Expires != nil && now >= *k.Expires }

// allows tells whether an address may use the key.
func (k apiKey) allows(address string) (bool, error) {
	seen, err := netip.ParseAddr(address)
	if err != nil {
		return false, err
	}
	for _, listed := range k.Addresses {
		if network, err := netip.ParsePrefix(listed); err == nil && network.Contains(seen) {
			return true, nil
		}
		if one, err := netip.ParseAddr(listed); err == nil && one == seen {
			return true, nil
		}
	}
	return len(k.Addresses) == 0, nil
}

type validity struct {
	PersonID  *string `json:"person_id"`
	NotBefore int64   `json:"not_before"`
	NotAfter  int64   `json:"not_after"`
}

// event has the members of every kind; those that are not there are zero, but for what
// UnmarshalJSON sets.
type event struct {
	Now           int64     `json:"now"`
	Event         string    `json:"event"`
	Mode          string    `json:"mode"`
	Key           *apiKey   `json:"key"`
	SecretMatches bool      `json:"secret_matches"`
	Address       string    `json:"address"`
	SignedAt      *int64    `json:"signed_at"`
	Certificate   *validity `json:"certificate"`
	Failure       string    `json:"failure"`
	PersonID      *string   `json:"person_id"`
	Account       *account  `json:"account"`
	Operation     string    `json:"operation"`
}

func (e *event) UnmarshalJSON(octets []byte) error {
	type plain event
	filled := plain{SecretMatches: true, Address: "127.0.0.1", Failure: "no-pair"}
	if err := json.Unmarshal(octets, &filled); err != nil {
		return err
	}
	*e = event(filled)
	if e.Failure == "" {
		e.Failure = "no-pair"
	}
	return nil
}

type wantedActivate struct {
	Events []event `json:"events"`
	Policy string  `json:"policy"`
}

type stateAfter struct {
	State    string `json:"state"`
	Accepted bool   `json:"accepted"`
	Fault    string `json:"fault,omitempty"`
	Value    any    `json:"value,omitempty"`
}

func activate(_ credential, wanted wantedActivate) (any, protocol.Stages, error) {
	current := session{lax: wanted.Policy == "sdk"}
	states := []stateAfter{}
	for _, happened := range wanted.Events {
		fault, value, err := current.step(happened)
		if err != nil {
			return nil, nil, err
		}
		states = append(states, stateAfter{current.state(happened.Now), fault == "", fault, value})
	}
	return map[string]any{"states": states}, nil, nil
}

// session is what is remembered between events; without a key it is new.
type session struct {
	lax          bool
	production   bool
	key          *apiKey
	loggedIn     int64
	certificates map[string]validity
}

func (s *session) state(now int64) string {
	if s.key == nil {
		return "NEW"
	}
	if len(s.certificates) == 0 {
		return "LOGGED_IN"
	}
	for _, certificate := range s.certificates {
		if now <= certificate.NotAfter {
			return "CA_ACTIVE"
		}
	}
	return "CA_EXPIRED"
}

// step returns the fault, or what the call returns.
func (s *session) step(e event) (fault string, value any, err error) {
	switch e.Event {
	case "login":
		fault, err = s.login(e)
	case "activate_ca":
		if fault = s.activate(e); fault == "" {
			value = true
		}
	case "get_ca_expiretime":
		return s.expireTime(e)
	case "order":
		fault = s.order(e)
	case "call":
		fault = s.call(e.Operation, e.Now)
	}
	return fault, value, err
}

func (s *session) login(e event) (string, error) {
	if e.Key == nil {
		return "key-unknown", nil
	}
	off := int64(0)
	if e.SignedAt != nil {
		off = max(e.Now-*e.SignedAt, *e.SignedAt-e.Now)
	}
	allowed, err := e.Key.allows(e.Address)
	switch {
	case err != nil:
		return "", err
	case !e.SecretMatches:
		return "wrong-signature", nil
	case off > clockTolerance:
		return "sign-timeout", nil
	case !allowed:
		return "ip-refused", nil
	case e.Key.hasEnded(e.Now):
		return "key-expired", nil
	case e.Mode == "production" && !slices.Contains(e.Key.Permissions, "production"):
		return "no-production-permission", nil
	}
	*s = session{s.lax, e.Mode == "production", e.Key, e.Now, map[string]validity{}}
	return "", nil
}

func (s *session) activate(e event) string {
	switch {
	case s.key == nil:
		return "not-authenticated"
	case e.Certificate == nil:
		return openFailures[e.Failure]
	case e.Certificate.PersonID == nil:
		return "ca-no-person"
	}
	if fault := notValid(*e.Certificate, e.Now); fault != "" && !s.lax {
		return fault
	}
	id := *e.Certificate.PersonID
	if e.PersonID != nil && *e.PersonID != id && !s.lax {
		return "person-differs"
	}
	s.certificates[id] = *e.Certificate
	return ""
}

func notValid(certificate validity, now int64) string {
	if now > certificate.NotAfter {
		return "ca-expired"
	}
	if now < certificate.NotBefore {
		return "ca-not-yet-valid"
	}
	return ""
}

func (s *session) expireTime(e event) (string, any, error) {
	if s.key == nil {
		return "not-authenticated", nil, nil
	}
	id := ""
	if e.PersonID != nil {
		id = *e.PersonID
	}
	certificate, active := s.certificates[id]
	if !active {
		return "ca-not-activated", nil, nil
	}
	text, err := writtenExpireTime(certificate.NotAfter)
	return "", text, err
}

func (s *session) order(e event) string {
	if s.key == nil {
		return "not-authenticated"
	}
	own := s.account(e.Account)
	if own == nil {
		return "account-refused"
	}
	if s.production {
		certificate, active := s.certificates[own.PersonID]
		if !active {
			return "ca-not-activated"
		}
		if fault := notValid(certificate, e.Now); fault != "" {
			return fault
		}
	}
	if fault := s.call("order", e.Now); fault != "" {
		return fault
	}
	if s.production && !own.Signed {
		return "account-unsigned"
	}
	return ""
}

// account returns the key's own entry for an account, nil where it has none.
func (s *session) account(wanted *account) *account {
	for at := range s.key.Accounts {
		own := &s.key.Accounts[at]
		if wanted == nil ||
			own.Type == wanted.Type && own.Broker == wanted.Broker && own.ID == wanted.ID {
			return own
		}
	}
	return nil
}

func (s *session) call(operation string, now int64) string {
	if operation == "health" || operation == "info" {
		return ""
	}
	needed := permissions[operation]
	switch {
	case s.key == nil:
		return "token-missing"
	case now-s.loggedIn >= tokenLifetime:
		return "token-expired"
	case s.key.hasEnded(now):
		return "key-expired"
	case needed != "" && !slices.Contains(s.key.Permissions, needed):
		return "no-permission"
	}
	return ""
}
