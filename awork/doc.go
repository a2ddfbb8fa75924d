// Package awork is a client of the awork REST API, for the part that manages
// the API users of a workspace. It knows what awork's answers mean and tells
// the truth about what a request did: see [Error] for the kinds of failure,
// [Client.DeleteAPIUser] for a write whose answer never came.
//
// The facts it builds on are documented by awork at
// https://developers.awork.com (pages error-handling, rate-limits,
// authentication) and in the OpenAPI document at
// https://api.awork.com/openapi/v1.
package awork
