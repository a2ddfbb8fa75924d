package tools

// catalogue is every tool there is, the family credentials last, in the order in
// which they are listed.
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
		issueAPIKey(),
		rotateAPIKey(),
		createClientApplication(),
		updateClientApplication(),
		deleteClientApplication(),
		generateClientSecret(),
	}
}
