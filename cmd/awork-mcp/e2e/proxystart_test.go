//go:build e2e && unix

package e2e

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// example returns the block of a language in docs/team.md, changed as a test needs
// it: each of replacements is in it exactly once.
func example(t *testing.T, language string, replacements ...string) string {
	t.Helper()
	document, err := os.ReadFile(filepath.Join("..", "docs", "team.md"))
	if err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(document), -1)
	if len(blocks) != 1 {
		t.Fatalf("docs/team.md has %d blocks of %s", len(blocks), language)
	}
	text := blocks[0][1]
	for i := 0; i < len(replacements); i += 2 {
		if strings.Count(text, replacements[i]) != 1 {
			t.Fatalf("docs/team.md: %q is not once in the example:\n%s", replacements[i], text)
		}
		text = strings.Replace(text, replacements[i], replacements[i+1], 1)
	}
	return text
}

func writeFile(t *testing.T, dir, name, text string) string {
	t.Helper()
	path := filepath.Join(dir, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func startNginx(t *testing.T, program, backend string) (string, *x509.CertPool) {
	t.Helper()
	dir, address := newHome(t), "127.0.0.1:"+freePort(t)
	certificate, key, roots := testCertificate(t)
	server := example(t, "nginx", "listen 443 ssl;", "listen "+address+" ssl;", "127.0.0.1:8080", backend,
		"/etc/ssl/mcp.example.com.pem", writeFile(t, dir, "cert.pem", certificate),
		"/etc/ssl/mcp.example.com.key", writeFile(t, dir, "key.pem", key))
	var temp strings.Builder
	for _, of := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		fmt.Fprintf(&temp, "%s_temp_path %s;\n", of, filepath.Join(dir, of))
	}
	config := fmt.Sprintf("daemon off; master_process off; pid %s;\nerror_log stderr notice;\nevents {}\nhttp {\naccess_log off;\n%s%s}\n",
		filepath.Join(dir, "pid"), temp.String(), server)
	p := start(t, dir, nil, program, "-p", dir, "-e", "stderr", "-c", writeFile(t, dir, "nginx.conf", config))
	p.stderr.find(t, p, `using the "\w+" event method`) // it listens by then
	return address, roots
}

func startCaddy(t *testing.T, program, backend string) (string, *x509.CertPool) {
	t.Helper()
	dir, port := newHome(t), freePort(t)
	// It makes its own certificate, for no authority knows mcp.example.com here.
	options := fmt.Sprintf("{\ndebug\nadmin off\nhttp_port %s\nhttps_port %s\ndefault_bind 127.0.0.1\nlocal_certs\n"+
		"skip_install_trust\nstorage file_system %s\n}\n", freePort(t), port, dir)
	config := writeFile(t, dir, "Caddyfile", options+example(t, "caddyfile", "127.0.0.1:8080", backend))
	p := start(t, dir, nil, program, "run", "--adapter", "caddyfile", "--config", config)
	p.stderr.find(t, p, "serving initial configuration")
	p.stderr.find(t, p, `added certificate to cache.*"mcp\.example\.com"`)
	text, err := os.ReadFile(filepath.Join(dir, "pki", "authorities", "local", "root.crt"))
	roots := x509.NewCertPool()
	if err != nil || !roots.AppendCertsFromPEM(text) {
		t.Fatalf("Caddy made no certificate: %v", err)
	}
	return "127.0.0.1:" + port, roots
}

// testCertificate makes a certificate for the host of publicURL, and its key.
func testCertificate(t *testing.T) (certificate, key string, roots *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"mcp.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour), IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	certificate = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	key = string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}))
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(certificate))
	return certificate, key, roots
}
