// What an author's own tests need. Nothing of it is loaded by a plugin in production.
export { buildBatch, buildUpdate, userAccount, userEmail, userPoint } from './testing/build-update.ts';
export { checkConformance, describeFindings, type Finding } from './testing/conformance.ts';
export { FakeGateway, type GatewayCall, stringProperty } from './testing/fake-gateway.ts';
export type { ConformanceOptions } from './testing/plugin-probe.ts';
export { buildPlugin, type TestAnswer, type TestPlugin } from './testing/test-plugin.ts';
