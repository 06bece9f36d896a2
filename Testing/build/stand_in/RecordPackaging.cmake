record(packaging ${PROJECT_NAME})
