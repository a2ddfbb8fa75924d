package tools

// catalogue returns every tool there is, the family credentials last, in the order
// in which they are listed. access is given those that exist.
func catalogue(d Delivery) (all []*tool, access *accessChecker) {
	k := secrets{d}
	access = &accessChecker{secrets: k}
	access.all = []*tool{
		listAPIUsersTool(),
		getAPIUserTool(),
		createAPIUserTool(),
		updateAPIUserTool(),
		deleteAPIUserTool(),
		deleteAPIUsersTool(),
		auditAPIUsersTool(),
		listRolesTool(),
		listClientApplicationsTool(),
		checkAccessTool(access),
		suggestRoleTool(),
		createRoleTool(),
		issueAPIKeyTool(k),
		rotateAPIKeyTool(k),
		createClientApplicationTool(k),
		updateClientApplicationTool(),
		deleteClientApplicationTool(),
		generateClientSecretTool(k),
	}
	return access.all, access
}
