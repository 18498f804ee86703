package steadfast

import (
	"context"
	"fmt"
	"io"
	"net/http"
)

// Transport tries requests again after 502, 503, 504 and errors of the connection.
type Transport struct {
	// Base makes the requests; nil is http.DefaultTransport.
	Base   http.RoundTripper
	Policy Policy
}

// RoundTrip implements http.RoundTripper. After the last attempt the response is given as it is.
func (t *Transport) RoundTrip(request *http.Request) (*http.Response, error) {
	base := t.Base
	if base == nil {
		base = http.DefaultTransport
	}
	var response *http.Response
	attempts := 0
	err := Do(request.Context(), t.Policy, func(ctx context.Context) error {
		attempts++
		var err error
		response, err = base.RoundTrip(request)
		if err != nil {
			return err
		}
		if again(response.StatusCode) && attempts < t.Policy.Attempts {
			io.Copy(io.Discard, response.Body)
			response.Body.Close()
			return fmt.Errorf("status %d", response.StatusCode)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return response, nil
}

func again(status int) bool {
	return status == http.StatusBadGateway || status == http.StatusServiceUnavailable || status == http.StatusGatewayTimeout
}
