import type { GatewayDraft } from '../../gateway-draft.ts';
import type { Vocabulary } from '../../vocabulary.ts';
import { fallthrough } from '../files.ts';
import {
  annotationPrefixes,
  flatten,
  httpsRecords,
  negativeTtl,
  relative,
  ttl,
} from './answers.ts';
import { apex, secondary } from './nameservers.ts';
import {
  gatewayClasses,
  ingressClasses,
  namespaces,
  nodeAddressType,
  resources,
  serviceLabelSelectors,
} from './objects.ts';
import { clusters, kubeconfig, manifests, synctimeout } from './sources.ts';

/** The options of `k8s_gateway`: all that the plugin has, and ours. */
export const GATEWAY_OPTIONS: Vocabulary<GatewayDraft> = {
  noun: 'option of k8s_gateway',
  words: [
    resources,
    ingressClasses,
    gatewayClasses,
    serviceLabelSelectors,
    nodeAddressType,
    namespaces,
    annotationPrefixes,
    relative,
    flatten,
    httpsRecords,
    ttl,
    negativeTtl,
    apex,
    secondary,
    kubeconfig,
    clusters,
    manifests,
    synctimeout,
    fallthrough,
  ],
  lacking: {},
};
