import { describe, expect, it } from 'vitest';
import { errorsOf } from '../../test-support/compiling.ts';

describe("what the plugin's pages and tests write (bd2cc78)", () => {
  it.each([
    'k8s_gateway',
    'k8s_gateway example.org',
    'k8s_gateway example.org sub.example.org',
    // README.md
    `k8s_gateway example.com {
      resources Ingress
      ttl 30
      apex exdns-1-k8s-gateway.kube-system
      secondary exdns-2-k8s-gateway.kube-system
      kubeconfig /.kube/config
    }`,
    // chart/tests/configmap_test.yaml
    `k8s_gateway example.com {
      apex RELEASE-NAME-k8s-gateway.NAMESPACE
      ttl 300
      resources Service
      serviceLabelSelectors "app=service1,tier=frontend" "app=service2,tier=backend"
    }`,
    // All that chart/templates/configmap.yaml can write.
    `k8s_gateway example.com example.org {
      apex exdns-1-k8s-gateway.kube-system
      ttl 300
      secondary exdns-2-k8s-gateway.kube-system
      resources HTTPRoute TLSRoute GRPCRoute Ingress Service DNSEndpoint
      ingressClasses nginx traefik
      gatewayClasses istio
      serviceLabelSelectors "env=prod"
      fallthrough in-addr.arpa ip6.arpa
    }
    forward . /etc/resolv.conf
    loop`,
    // test/Corefile, examples/install-clusterwide.yml, and the option that is documented nowhere.
    `k8s_gateway example.com {
      kubeconfig /home/me/kubeconfig
      apex k8s-gateway.networking
      resources HTTPRoute DNSEndpoint
    }`,
    'k8s_gateway example.com {\n resources Ingress Service\n}',
    'k8s_gateway example.com {\n resources Node\n nodeAddressType ExternalIP\n}',
    // Seen to be accepted.
    'k8s_gateway example.com {\n ttl +05\n secondary ""\n gatewayClasses a a\n}',
  ])('is accepted: %j', (directive) => {
    expect(errorsOf(`.:1053 {\n${directive}\n}\n`)).toEqual([]);
  });
});
