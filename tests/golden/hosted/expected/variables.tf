variable "tags" {
  description = "Tags of every resource, beside the deployment's own."
  type        = map(string)
  default = {
    team = "ml"
  }
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

variable "alarm_error_percent" {
  description = "Of a hundred requests, how many may fail before an alarm goes off."
  type        = number
  default     = 5
}

variable "alarm_throttles" {
  description = "How many requests in five minutes providers may refuse for being too many before an alarm goes off."
  type        = number
  default     = 20
}

variable "alarm_first_token_s" {
  description = "Seconds until nine of ten answers should have begun; an alarm goes off where they have not."
  type        = number
  default     = 15
}
