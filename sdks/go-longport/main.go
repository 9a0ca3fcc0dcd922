// Sends signproof's requests with the HTTP client of github.com/longportapp/openapi-go.
package main

import (
	"context"
	"encoding/json"
	"errors"
	nethttp "net/http"
	"net/url"

	"example.invalid/signproof-driver"
	"github.com/longportapp/openapi-go/http"
)

func send(c driver.Credential, r driver.Request) (driver.Response, error) {
	client, err := http.New(
		http.WithURL(r.BaseURL),
		http.WithAppKey(c.AppKey),
		http.WithAppSecret(c.AppSecret),
		http.WithAccessToken(c.AccessToken),
	)
	if err != nil {
		return driver.Response{}, driver.Rejected(err.Error())
	}
	path, query := r.Target(), any(nil)
	if len(r.Params) > 0 {
		values := url.Values{}
		for _, param := range r.Params {
			values.Add(param[0], param[1])
		}
		path, query = r.Path, values
	}
	// Octets that are JSON pass json.Marshal with their members and numbers as they are; spaces
	// between tokens go, and <, >, & are escaped.
	var body any
	if len(r.Body) > 0 {
		if !json.Valid(r.Body) {
			return driver.Response{}, driver.Skipped("Call marshals bodies: these octets are no JSON")
		}
		body = json.RawMessage(r.Body)
	}
	header := nethttp.Header{}
	for _, row := range r.Headers {
		header.Add(row[0], row[1])
	}
	var data json.RawMessage
	for err == nil && r.Laps.Next() {
		err = client.Call(
			context.Background(), r.Method, path, query, body, &data, http.WithHeader(header))
	}
	if err == nil {
		return driver.Response{Body: data}, nil
	}
	response := driver.Response{Error: err.Error()}
	var refused *http.ApiError
	if errors.As(err, &refused) {
		response.Status = refused.HttpStatus
	}
	return response, nil
}

func main() {
	driver.Serve("github.com/longportapp/openapi-go", send)
}
