variable "tags" {
  description = "Tags of every resource, beside the deployment's own."
  type        = map(string)
  default     = {}
}

variable "handler_memory_mib" {
  description = "Memory of the chat handler Lambda, in MiB. Its share of a CPU grows with it."
  type        = number
  default     = 1024
}

variable "handler_timeout_s" {
  description = "Longest time for one answer, in seconds. Lambda allows 900."
  type        = number
  default     = 900
}

variable "log_retention_days" {
  description = "How long the logs of the handler and of the endpoints are kept, in days."
  type        = number
  default     = 14
}
