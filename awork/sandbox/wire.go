package sandbox

import "time"

// The types of this file are awork's answers, field by field as in
// https://api.awork.com/openapi/v1. awork leaves out what is null: optional
// fields are left out when empty, while booleans are always there.

type wireError struct {
	Code             string           `json:"code"`
	Description      string           `json:"description"`
	Link             string           `json:"link"`
	Details          []string         `json:"details,omitempty"`
	ValidationErrors []wireValidation `json:"validationErrors,omitempty"`
	TraceID          string           `json:"traceId,omitempty"`
}

type wireValidation struct {
	Property string `json:"property"`
	Message  string `json:"message"`
}

type wireGatewayError struct {
	Message wireGatewayMessage `json:"message"`
}

type wireGatewayMessage struct {
	Description string `json:"description"`
	Code        string `json:"code"`
}

// wireStamps end most records.
type wireStamps struct {
	CreatedOn string `json:"createdOn,omitempty"`
	CreatedBy string `json:"createdBy,omitempty"`
	UpdatedOn string `json:"updatedOn,omitempty"`
	UpdatedBy string `json:"updatedBy,omitempty"`
}

type wireAPIUser struct {
	Name     string `json:"name"`
	RoleID   string `json:"roleId,omitempty"`
	ClientID string `json:"clientId,omitempty"`
	ID       string `json:"id"`
	wireStamps
}

type wireRole struct {
	Name        string `json:"name"`
	IsAdminRole bool   `json:"isAdminRole"`
	IsGuestRole bool   `json:"isGuestRole"`
	ID          string `json:"id"`
	IsAgentRole bool   `json:"isAgentRole"`
	IsPreset    bool   `json:"isPreset"`
	IsArchived  bool   `json:"isArchived"`
	wireStamps
}

type wirePermission struct {
	Feature      string   `json:"feature"`
	AccessLevels []string `json:"accessLevels"`
}

type wireRolePermission struct {
	wirePermission
	ID        string `json:"id"`
	CreatedOn string `json:"createdOn,omitempty"`
	UpdatedOn string `json:"updatedOn,omitempty"`
}

type wireMyPermissions struct {
	Signature      string              `json:"signature"`
	UserPermission wireUserPermissions `json:"userPermission"`
}

type wireUserPermissions struct {
	UserID                  string           `json:"userId"`
	IsAdmin                 bool             `json:"isAdmin"`
	IsGuest                 bool             `json:"isGuest"`
	RoleID                  string           `json:"roleId,omitempty"`
	IsBlocked               bool             `json:"isBlocked"`
	Permissions             []wirePermission `json:"permissions"`
	ProjectRolesPermissions []struct{}       `json:"projectRolesPermissions"`
}

type wireClient struct {
	ClientID       string   `json:"clientId"`
	DisplayName    string   `json:"displayName,omitempty"`
	RedirectURIs   []string `json:"redirectUris"`
	IsConfidential bool     `json:"isConfidential"`
	ClientSecret   string   `json:"clientSecret,omitempty"` // in the answer to a create only
	CreatedOn      string   `json:"createdOn,omitempty"`
	UpdatedOn      string   `json:"updatedOn,omitempty"`
}

type wireSecret struct {
	ClientSecret string `json:"clientSecret"`
}

type wireToken struct {
	TokenType   string `json:"token_type"`
	ExpiresIn   int64  `json:"expires_in"`
	AccessToken string `json:"access_token"`
}

type wireUser struct {
	FirstName              string         `json:"firstName"`
	LastName               string         `json:"lastName"`
	Position               string         `json:"position,omitempty"`
	Language               string         `json:"language,omitempty"`
	ID                     string         `json:"id"`
	Status                 wireUserStatus `json:"status"`
	IsArchived             bool           `json:"isArchived"`
	IsDeactivated          bool           `json:"isDeactivated"`
	IsAgent                bool           `json:"isAgent"`
	DeactivatedOn          string         `json:"deactivatedOn,omitempty"`
	HasImage               bool           `json:"hasImage"`
	ShouldMigrateToConnect bool           `json:"shouldMigrateToConnect"`
	UserContactInfos       []wireContact  `json:"userContactInfos"`
	ResourceVersion        int64          `json:"resourceVersion"`
	IsExternal             bool           `json:"isExternal"`
	wireStamps
}

type wireUserStatus struct {
	InvitationAccepted bool `json:"invitationAccepted"`
	IsDeactivated      bool `json:"isDeactivated"`
}

type wireContact struct {
	Value     string `json:"value"`
	Type      string `json:"type"`
	SubType   string `json:"subType"`
	IsAddress bool   `json:"isAddress"`
}

type wireMe struct {
	wireUser
	Workspace wireMyWorkspace `json:"workspace"`
}

type wireMyWorkspace struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	URL  string `json:"url"`
}

type wireWebhook struct {
	Name                            string `json:"name"`
	URI                             string `json:"uri"`
	Language                        string `json:"language,omitempty"`
	Events                          string `json:"events"`
	IsActive                        bool   `json:"isActive"`
	OnlyTriggerForMainEntityChanges bool   `json:"onlyTriggerForMainEntityChanges"`
	AuthenticationType              string `json:"authenticationType"`
	Authentication                  string `json:"authentication,omitempty"`
	ID                              string `json:"id"`
	ReceiverType                    string `json:"receiverType"`
	LastFailureReason               string `json:"lastFailureReason,omitempty"`
	wireStamps
}

type wireDelivery struct {
	Message      string `json:"message,omitempty"`
	WebhookID    string `json:"webhookId"`
	ResponseCode int    `json:"responseCode"`
	CreatedOn    string `json:"createdOn"`
	Reason       string `json:"reason,omitempty"`
	IsSuccessful bool   `json:"isSuccessful"`
}

// stamp writes a time as awork does: UTC, up to seven fractional digits, no
// trailing zeros; nothing for the zero time.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.9999999Z07:00")
}

func stamps(createdOn time.Time, createdBy string, updatedOn time.Time, updatedBy string) wireStamps {
	return wireStamps{stamp(createdOn), createdBy, stamp(updatedOn), updatedBy}
}
