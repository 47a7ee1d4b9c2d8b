// One Corefile for both servers, and what the model has to know of it.

import type { Kind } from './objects.ts';

export interface Settings {
  /** In lower case, without a final dot. */
  readonly zones: readonly string[];
  /** In order of precedence. */
  readonly resources: readonly Kind[];
  readonly ttl: number;
  /** Names of the name servers, relative to each zone. */
  readonly apex: string;
  readonly secondary?: string;
  readonly nodeAddressType: 'InternalIP' | 'ExternalIP';
  readonly ingressClasses?: readonly string[];
  readonly gatewayClasses?: readonly string[];
  /** `tier=edge`: one label and its value. */
  readonly serviceLabelSelectors?: readonly `${string}=${string}`[];
}

/** `{$PORT}` is put in by whoever starts the server. */
export const composeCorefile = (settings: Settings, kubeconfig: string): string => `
.:{$PORT} {
  bind 127.0.0.1
  errors
  k8s_gateway ${settings.zones.join(' ')} {
    ${optionsOf(settings, kubeconfig).join('\n    ')}
  }
}
`;

const optionsOf = (settings: Settings, kubeconfig: string): string[] => [
  `resources ${settings.resources.join(' ')}`,
  `ttl ${settings.ttl}`,
  `apex ${settings.apex}`,
  ...(settings.secondary === undefined ? [] : [`secondary ${settings.secondary}`]),
  ...(settings.resources.includes('Node') ? [`nodeAddressType ${settings.nodeAddressType}`] : []),
  ...listOption('ingressClasses', settings.ingressClasses),
  ...listOption('gatewayClasses', settings.gatewayClasses),
  ...listOption('serviceLabelSelectors', settings.serviceLabelSelectors),
  `kubeconfig ${kubeconfig}`,
];

const listOption = (name: string, values: readonly string[] | undefined): string[] =>
  values === undefined ? [] : [`${name} ${values.map((value) => `"${value}"`).join(' ')}`];
