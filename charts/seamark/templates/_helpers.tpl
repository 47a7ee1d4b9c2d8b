{{/* `app.kubernetes.io/name`. */}}
{{- define "seamark.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{/* The name of the objects: the release's, with the chart's where it isn't in there. A DNS label. */}}
{{- define "seamark.fullname" -}}
{{- $name := .Values.nameOverride | default .Chart.Name -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- .Values.fullnameOverride | default $full | trunc 63 | trimSuffix "-" -}}
{{- end }}

{{- define "seamark.selectorLabels" -}}
app.kubernetes.io/name: {{ include "seamark.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* The labels of every object. `customLabels` win, but for what selects the pods. */}}
{{- define "seamark.labels" -}}
{{- $labels := dict
      "helm.sh/chart" (printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-")
      "app.kubernetes.io/version" .Chart.AppVersion
      "app.kubernetes.io/managed-by" .Release.Service -}}
{{- $selector := include "seamark.selectorLabels" . | fromYaml -}}
{{- mergeOverwrite $labels (deepCopy .Values.customLabels) $selector | toYaml -}}
{{- end }}

{{- define "seamark.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "seamark.fullname" .) "default" .Values.serviceAccount.create) -}}
{{- end }}

{{- define "seamark.image" -}}
{{- $repository := .Values.image.repository | required "image.repository is not set. There is no published image of Seamark yet: build one from the Dockerfile of its repository, push it, and name it in image.registry and image.repository." -}}
{{- if regexMatch "(^|/)(k8s_gateway|coredns)$" $repository -}}
{{- fail (printf "image.repository is %s, an image of CoreDNS, which can't run what this chart tells it to: name an image of Seamark in image.registry, image.repository and image.tag." $repository) -}}
{{- end -}}
{{- with .Values.image.registry }}{{ trimSuffix "/" . }}/{{ end -}}
{{ $repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end }}

{{/* The delegated zones, a JSON list in an object. */}}
{{- define "seamark.zones" -}}
{{- $domain := .Values.domain | required "domain is not set: name the zone, or the zones, that this server is to answer for." -}}
{{- dict "zones" (regexSplit "\\s+" (trim $domain) -1) | toJson -}}
{{- end }}

{{/* The name server's name, relative to each zone. */}}
{{- define "seamark.apex" -}}
{{- .Values.apex | default (printf "%s.%s" (include "seamark.fullname" .) .Release.Namespace) -}}
{{- end }}

{{/*
The port of an endpoint among extraZonePlugins, or nothing if it isn't there:
(dict "plugins" .Values.extraZonePlugins "name" "health" "default" 8080)
*/}}
{{- define "seamark.endpointPort" -}}
{{- $port := "" -}}
{{- range .plugins -}}
{{- if eq .name $.name -}}
{{- $port = regexFind "[0-9]+$" (toString (.parameters | default "")) | default (toString $.default) -}}
{{- end -}}
{{- end -}}
{{- $port -}}
{{- end }}

{{- define "seamark.healthPort" -}}
{{- include "seamark.endpointPort" (dict "plugins" .Values.extraZonePlugins "name" "health" "default" 8080) -}}
{{- end }}
{{- define "seamark.readyPort" -}}
{{- include "seamark.endpointPort" (dict "plugins" .Values.extraZonePlugins "name" "ready" "default" 8181) -}}
{{- end }}
{{- define "seamark.metricsPort" -}}
{{- include "seamark.endpointPort" (dict "plugins" .Values.extraZonePlugins "name" "prometheus" "default" 9153) -}}
{{- end }}

{{/* The transports that are served, a JSON list in an object. TLS and HTTPS run over TCP. */}}
{{- define "seamark.transports" -}}
{{- if has .Values.scheme (list "tls://" "https://") -}}
{{- dict "all" (list "TCP") | toJson -}}
{{- else if .Values.service.useTcp -}}
{{- dict "all" (list "UDP" "TCP") | toJson -}}
{{- else -}}
{{- dict "all" (list "UDP") | toJson -}}
{{- end -}}
{{- end }}

{{/* A port below 1024 is for those who have the capability; Kubernetes takes every other one away. */}}
{{- define "seamark.securityContext" -}}
{{- $context := deepCopy .Values.securityContext -}}
{{- if .Values.secure -}}
{{- $_ := set $context "runAsUser" 1000 -}}
{{- end -}}
{{- if lt (int .Values.containerPort) 1024 -}}
{{- $capabilities := get $context "capabilities" | default dict -}}
{{- $add := get $capabilities "add" | default list -}}
{{- $_ := set $context "capabilities" (set $capabilities "add" (append $add "NET_BIND_SERVICE" | uniq)) -}}
{{- end -}}
{{- toYaml $context -}}
{{- end }}
