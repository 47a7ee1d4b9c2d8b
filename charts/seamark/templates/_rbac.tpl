{{/* What each kind of watchedResources needs to be listed and watched; the Gateways of routes come on top. */}}
{{- define "seamark.resources" -}}
Ingress: [{group: networking.k8s.io, resource: ingresses}]
Service:
  - {group: "", resource: services}
  # Read once a Service asks to stand for its endpoints.
  - {group: discovery.k8s.io, resource: endpointslices}
HTTPRoute: [{group: gateway.networking.k8s.io, resource: httproutes}]
TLSRoute: [{group: gateway.networking.k8s.io, resource: tlsroutes}]
GRPCRoute: [{group: gateway.networking.k8s.io, resource: grpcroutes}]
TCPRoute: [{group: gateway.networking.k8s.io, resource: tcproutes}]
UDPRoute: [{group: gateway.networking.k8s.io, resource: udproutes}]
DNSEndpoint: [{group: externaldns.k8s.io, resource: dnsendpoints}]
Node: [{group: "", resource: nodes}]
{{- end }}

{{/*
The rules for some kinds, one an API group:
(dict "kinds" (list "Ingress" "Service"))
Custom resources are found by discovery, which every account may use: no rule for their definitions.
*/}}
{{- define "seamark.rules" -}}
{{- $resources := include "seamark.resources" . | fromYaml -}}
{{- $groups := dict -}}
{{- range .kinds -}}
{{- $needed := get $resources . -}}
{{- if hasSuffix "Route" . -}}
{{- $gateway := "gateway.networking.k8s.io" -}}
{{- $needed = concat (list (dict "group" $gateway "resource" "gateways") (dict "group" $gateway "resource" "listenersets")) $needed -}}
{{- end -}}
{{- range $needed -}}
{{- $_ := set $groups .group (append (get $groups .group | default list) .resource | uniq) -}}
{{- end -}}
{{- end -}}
{{- range $group, $names := $groups }}
- apiGroups: [{{ $group | quote }}]
  resources: [{{ join ", " $names }}]
  verbs: [list, watch]
{{- end -}}
{{- end }}

{{/*
The Services that give the name servers their addresses, where no other rule has them read: a JSON object
from namespace to names. A name of two labels below a zone means one, unless addresses stand behind it.
*/}}
{{- define "seamark.nameServerServices" -}}
{{- $services := dict -}}
{{- range $written := list (include "seamark.apex" .) .Values.secondary -}}
{{- range $zone := (include "seamark.zones" $ | fromJson).zones -}}
{{- $name := lower $written -}}
{{- if hasSuffix "." $name -}}
{{- $name = trimSuffix (printf ".%s." (lower $zone | trimSuffix ".")) $name -}}
{{- end -}}
{{- if regexMatch "^[^.\\s]+[.][^.\\s]+$" $name -}}
{{- $service := index (splitList "." $name) 0 -}}
{{- $namespace := index (splitList "." $name) 1 -}}
{{- $isRead := and (has "Service" $.Values.watchedResources) (or (empty $.Values.namespaces) (has $namespace $.Values.namespaces)) -}}
{{- if not $isRead -}}
{{- $_ := set $services $namespace (append (get $services $namespace | default list) $service | uniq) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $services -}}
{{- end }}

{{/* Lets these Services of a namespace be read, and no other. */}}
{{- define "seamark.servicesRule" -}}
- apiGroups: [""]
  resources: [services]
  resourceNames: [{{ join ", " . }}]
  verbs: [list, watch]
{{- end }}

{{/*
A role and its binding to the service account:
(dict "root" $ "scope" ("" or "Cluster") "name" … "namespace" … "rules" …)
*/}}
{{- define "seamark.role" -}}
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .scope }}Role
metadata:
  name: {{ .name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "seamark.labels" .root | nindent 4 }}
rules:
  {{- .rules | trim | nindent 2 }}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: {{ .scope }}RoleBinding
metadata:
  name: {{ .name }}
  {{- with .namespace }}
  namespace: {{ . }}
  {{- end }}
  labels:
    {{- include "seamark.labels" .root | nindent 4 }}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: {{ .scope }}Role
  name: {{ .name }}
subjects:
  - kind: ServiceAccount
    name: {{ include "seamark.serviceAccountName" .root }}
    namespace: {{ .root.Release.Namespace }}
{{- end }}
