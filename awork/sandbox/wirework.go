package sandbox

// The types of this file are the records of the areas, as in wire.go: those
// fields of awork's that the sandbox has something to say about.

type wireTimeEntry struct {
	IsBillable      bool   `json:"isBillable"`
	IsBilled        bool   `json:"isBilled"`
	ProjectID       string `json:"projectId,omitempty"`
	Note            string `json:"note,omitempty"`
	StartDateLocal  string `json:"startDateLocal,omitempty"`
	StartTimeLocal  string `json:"startTimeLocal,omitempty"`
	Timezone        string `json:"timezone"`
	Duration        int    `json:"duration"`
	TypeOfWorkID    string `json:"typeOfWorkId"`
	UserID          string `json:"userId,omitempty"`
	ID              string `json:"id"`
	ResourceVersion int64  `json:"resourceVersion"`
	IsExternal      bool   `json:"isExternal"`
	wireStamps
}

type wireTask struct {
	Name            string             `json:"name"`
	IsPrio          bool               `json:"isPrio"`
	ID              string             `json:"id"`
	BaseType        string             `json:"baseType"`
	ProjectID       string             `json:"projectId,omitempty"`
	Project         *wireNestedProject `json:"project,omitempty"`
	IsSubtask       bool               `json:"isSubtask"`
	IsRecurring     bool               `json:"isRecurring"`
	ResourceVersion int64              `json:"resourceVersion"`
	IsExternal      bool               `json:"isExternal"`
	wireStamps
}

type wireNestedProject struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type wireProject struct {
	Name            string `json:"name"`
	IsPrivate       bool   `json:"isPrivate"`
	ID              string `json:"id"`
	HasImage        bool   `json:"hasImage"`
	ResourceVersion int64  `json:"resourceVersion"`
	IsExternal      bool   `json:"isExternal"`
	wireStamps
}

type wireCompany struct {
	Name            string `json:"name"`
	ID              string `json:"id"`
	HasImage        bool   `json:"hasImage"`
	ProjectsCount   int    `json:"projectsCount"`
	ResourceVersion int64  `json:"resourceVersion"`
	IsExternal      bool   `json:"isExternal"`
	wireStamps
}

type wireDocument struct {
	ID             string `json:"id"`
	Name           string `json:"name,omitempty"`
	ProjectID      string `json:"projectId,omitempty"`
	IsPrivate      bool   `json:"isPrivate"`
	IsExternal     bool   `json:"isExternal"`
	MovedToTrashOn string `json:"movedToTrashOn,omitempty"`
	wireStamps
}

type wireAbsence struct {
	ID               string `json:"id"`
	UserID           string `json:"userId,omitempty"`
	StartOn          string `json:"startOn"`
	EndOn            string `json:"endOn"`
	Description      string `json:"description,omitempty"`
	IsReadOnly       bool   `json:"isReadOnly"`
	IsHalfDayOnStart bool   `json:"isHalfDayOnStart"`
	IsHalfDayOnEnd   bool   `json:"isHalfDayOnEnd"`
	wireStamps
}

type wireTimeBooking struct {
	ID           string `json:"id"`
	UserID       string `json:"userId"`
	ProjectID    string `json:"projectId,omitempty"`
	StartDate    string `json:"startDate"`
	EndDate      string `json:"endDate"`
	Duration     int    `json:"duration"`
	Description  string `json:"description,omitempty"`
	IsAnonymized bool   `json:"isAnonymized"`
	wireStamps
}
