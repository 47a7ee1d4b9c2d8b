{{/*
The Corefile. Zone files and whatever the directives name by path lie in /etc/coredns, as with the
k8s_gateway chart: values that say so stay right.
*/}}
{{- define "seamark.corefile" -}}
{{ .Values.scheme }}.:{{ .Values.containerPort }} {
    {{- if .Values.debug.enabled }}
    debug
    {{- end }}
    {{- if .Values.dnsChallenge.enabled }}
    {{- range (include "seamark.zones" . | fromJson).zones }}
    {{- include "seamark.corefile.challenge" (dict "zone" . "target" $.Values.dnsChallenge.domain) | nindent 4 }}
    {{- end }}
    {{- end }}
    {{- include "seamark.corefile.gateway" . | nindent 4 }}
    {{- range .Values.extraZonePlugins }}
    {{- include "seamark.corefile.directive" . | nindent 4 }}
    {{- end }}
    {{- range .Values.zoneFiles }}
    {{- include "seamark.corefile.file" . | nindent 4 }}
    {{- end }}
}
{{ end }}

{{/* Every dot of the zone stands for itself in the pattern, which names are put to in lower case. */}}
{{- define "seamark.corefile.challenge" -}}
template IN ANY {{ .zone }} {
    match "_acme-challenge[.](.*)[.]{{ .zone | lower | trimSuffix "." | replace "." "[.]" }}"
    answer "{{ "{{ .Name }}" }} 5 IN CNAME {{ "{{ index .Match 1 }}" }}.{{ .target | required "dnsChallenge.domain is not set: name the zone that challenges go to." }}"
    fallthrough
}
{{- end }}

{{- define "seamark.corefile.gateway" -}}
k8s_gateway {{ join " " (include "seamark.zones" . | fromJson).zones }} {
    apex {{ include "seamark.apex" . }}
    ttl {{ .Values.ttl }}
    {{- with .Values.secondary }}
    secondary {{ . }}
    {{- end }}
    resources {{ join " " .Values.watchedResources }}
    {{- with .Values.namespaces }}
    namespaces {{ join " " . }}
    {{- end }}
    {{- with .Values.filters.ingressClasses }}
    ingressClasses {{ join " " . }}
    {{- end }}
    {{- with .Values.filters.gatewayClasses }}
    gatewayClasses {{ join " " . }}
    {{- end }}
    {{- with .Values.filters.serviceLabelSelectors }}
    serviceLabelSelectors{{ range . }} {{ . | quote }}{{ end }}
    {{- end }}
    {{- if .Values.fallthrough.enabled }}
    fallthrough{{ range .Values.fallthrough.zones }} {{ . }}{{ end }}
    {{- end }}
    {{- range .Values.extraGatewayOptions }}
    {{ . }}
    {{- end }}
}
{{- end }}

{{- define "seamark.corefile.directive" -}}
{{ .name }}
{{- with .parameters }} {{ . }}{{ end }}
{{- with .configBlock }} {
{{ . | trim | indent 4 }}
}
{{- end }}
{{- end }}

{{- define "seamark.corefile.file" -}}
file /etc/coredns/{{ .filename }}
{{- with .domains }} {{ . }}{{ end }}
{{- $falls := and .fallthrough .fallthrough.enabled }}
{{- if or $falls .reload }} {
    {{- if $falls }}
    fallthrough{{ range .fallthrough.zones }} {{ . }}{{ end }}
    {{- end }}
    {{- with .reload }}
    reload {{ . }}
    {{- end }}
}
{{- end }}
{{- end }}
