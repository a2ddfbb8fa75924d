package callerauth

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
)

const (
	// keysTTL is how long keys are used before the issuer is asked whether they
	// are still good.
	keysTTL = 15 * time.Minute
	// While that fails, it is asked again after so long: soon where there are no
	// keys at all.
	retryFirst, retryRenewal = time.Second, time.Minute
)

// keySet has the keys of an issuer: go-oidc's, which are fetched when a key is
// unknown, and renewed all of them from time to time. Where the issuer can't be
// reached, those from before stay good for what they have signed.
type keySet struct {
	issuer string
	client *http.Client
	log    *slog.Logger

	mu    sync.Mutex
	keys  *oidc.RemoteKeySet // nil until the issuer has been reached
	renew time.Time          // when the issuer is asked again

	reported string // what is wrong with the issuer, as logged
}

func newKeySet(issuer string, log *slog.Logger) *keySet {
	return &keySet{
		issuer: issuer,
		client: &http.Client{Transport: newIssuerTransport(), Timeout: fetchTimeout},
		log:    log,
	}
}

// start asks the issuer for the first time. It fails where that names itself
// otherwise: none of its tokens would be good.
func (k *keySet) start(ctx context.Context) error {
	keys, err := k.discover(ctx)
	var other *oidc.IssuerMismatchError
	switch {
	case errors.As(err, &other):
		return fmt.Errorf("the OIDC issuer %q names itself %q: set it exactly so", other.Provided, other.Discovered)
	case err != nil:
		k.log.Warn("the OIDC issuer can't be reached yet: it is asked again when a token comes",
			"issuer", k.issuer, "error", err)
	default:
		k.replace(keys)
	}
	return nil
}

// VerifySignature implements [oidc.KeySet]. The error is ErrUnavailable where the
// keys could not be fetched.
func (k *keySet) VerifySignature(ctx context.Context, jwt string) ([]byte, error) {
	keys, renew := k.current()
	if renew {
		payload, err := k.renewWith(ctx, jwt)
		if !errors.Is(err, ErrUnavailable) {
			return payload, err
		}
	}
	if keys == nil {
		return nil, ErrUnavailable
	}
	return k.verify(ctx, keys, jwt)
}

// renewWith verifies a signature with the keys as the issuer has them now, which
// are those of the set then.
func (k *keySet) renewWith(ctx context.Context, jwt string) ([]byte, error) {
	keys, err := k.discover(ctx)
	if err != nil {
		k.report(err)
		return nil, ErrUnavailable
	}
	payload, err := k.verify(ctx, keys, jwt)
	if !errors.Is(err, ErrUnavailable) {
		k.replace(keys)
	}
	return payload, err
}

// verify tells keys that could not be fetched, whose error go-oidc wraps, from a
// signature that is none of theirs.
func (k *keySet) verify(ctx context.Context, keys *oidc.RemoteKeySet, jwt string) ([]byte, error) {
	payload, err := keys.VerifySignature(ctx, jwt)
	if cause := errors.Unwrap(err); cause != nil && !errors.Is(cause, errTooOften) {
		if ctx.Err() == nil {
			k.report(cause)
		}
		return nil, ErrUnavailable
	}
	return payload, err
}

// current returns the keys, and reports whether this call is to renew them. The
// others go on with those that there are.
func (k *keySet) current() (keys *oidc.RemoteKeySet, renew bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	now := time.Now()
	if now.Before(k.renew) {
		return k.keys, false
	}
	if k.renew = now.Add(retryRenewal); k.keys == nil {
		k.renew = now.Add(retryFirst)
	}
	return k.keys, true
}

func (k *keySet) replace(keys *oidc.RemoteKeySet) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.keys, k.renew, k.reported = keys, time.Now().Add(keysTTL), ""
}

// discover finds where the keys are, of which none are fetched yet:
// https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfig
func (k *keySet) discover(ctx context.Context) (*oidc.RemoteKeySet, error) {
	ctx = oidc.ClientContext(context.WithoutCancel(ctx), k.client) // for who comes next too
	provider, err := oidc.NewProvider(ctx, k.issuer)
	if err != nil {
		return nil, err
	}
	var metadata struct {
		JWKS string `json:"jwks_uri"`
	}
	if err = provider.Claims(&metadata); err == nil {
		err = checkURL(metadata.JWKS)
	}
	if err != nil {
		return nil, fmt.Errorf("its jwks_uri: %w", err)
	}
	keys := *k.client
	keys.Transport = verifyingKeys{k.client.Transport}
	return oidc.NewRemoteKeySet(oidc.ClientContext(ctx, &keys), metadata.JWKS), nil
}

// report logs what is wrong with the issuer, unless it is what was wrong before.
func (k *keySet) report(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if text := err.Error(); k.reported != text {
		k.reported = text
		k.log.Error("the keys of the OIDC issuer can't be fetched", "issuer", k.issuer, "error", err)
	}
}

// checkURL refuses plain http, but on loopback. The error does not quote the URL,
// which may hold a password.
func checkURL(s string) error {
	u, err := url.Parse(s)
	if err == nil && u.User != nil {
		return errors.New("leave the user name and password out")
	}
	if err != nil || u.Host == "" || u.Fragment != "" {
		return errors.New("set an https URL")
	}
	ip, err := netip.ParseAddr(u.Hostname())
	loopback := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !loopback) {
		return errors.New("set an https URL; plain http is taken on loopback only")
	}
	return nil
}
