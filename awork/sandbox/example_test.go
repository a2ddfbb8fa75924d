package sandbox_test

import (
	"fmt"
	"net/http"

	"github.com/awork-mcp/awork-mcp/awork/sandbox"
)

// A delete whose answer is lost: the client sees an error, the API user is gone.
func Example() {
	s := sandbox.New(sandbox.Options{Faults: []sandbox.Fault{
		{Kind: sandbox.FaultLostAfter, Method: http.MethodDelete, Path: "/apiusers/*", Times: 1},
	}})
	client := &http.Client{Transport: s.RoundTripper()}

	url := "http://awork.test" + sandbox.BasePath + "/apiusers/" + sandbox.ZapierSyncID
	req, _ := http.NewRequest(http.MethodDelete, url, nil)
	req.Header.Set("Authorization", "Bearer "+sandbox.AdminToken)
	_, err := client.Do(req)
	_, found := s.APIUser(sandbox.ZapierSyncID)
	fmt.Println("error:", err != nil)
	fmt.Println("still there:", found)
	fmt.Println("requests:", s.RequestCounts())
	// Output:
	// error: true
	// still there: false
	// requests: map[DELETE /apiusers/693325c2-be31-4939-8e36-a82a27e4afd9:1]
}
