package tools

// catalogue is every tool there is, in the order in which they are listed.
func catalogue() []*tool {
	return []*tool{
		listAPIUsers(),
		getAPIUser(),
		createAPIUser(),
		updateAPIUser(),
		deleteAPIUser(),
		deleteAPIUsers(),
		auditAPIUsers(),
		listRoles(),
		listClientApplications(),
		checkAccess(),
	}
}
