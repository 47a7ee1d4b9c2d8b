// The ServiceMonitor of the Prometheus operator, as much of it as the chart writes. Unlike the real definition it
// knows no other members, so that a misspelt one is refused.

import type { KubeObject } from '../support/kube/objects.ts';

const GROUP = 'monitoring.coreos.com';
const text = { type: 'string' };
const labels = { type: 'object', additionalProperties: text };
const duration = { ...text, pattern: '^(0|(([0-9]+)(ms|[smhdwy]))+)$' };

/** Its definition. */
export const SERVICE_MONITOR_DEFINITION: KubeObject = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: `servicemonitors.${GROUP}` },
  spec: {
    group: GROUP,
    scope: 'Namespaced',
    names: {
      kind: 'ServiceMonitor',
      listKind: 'ServiceMonitorList',
      plural: 'servicemonitors',
      singular: 'servicemonitor',
    },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: {
          openAPIV3Schema: {
            type: 'object',
            required: ['spec'],
            properties: {
              spec: {
                type: 'object',
                required: ['endpoints', 'selector'],
                properties: {
                  selector: { type: 'object', properties: { matchLabels: labels } },
                  namespaceSelector: {
                    type: 'object',
                    properties: { matchNames: { type: 'array', items: text } },
                  },
                  endpoints: {
                    type: 'array',
                    items: {
                      type: 'object',
                      properties: { port: text, interval: duration, scrapeTimeout: duration },
                    },
                  },
                },
              },
            },
          },
        },
      },
    ],
  },
};
