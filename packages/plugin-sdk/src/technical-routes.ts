import { type Answer, failure, json } from './http/answer.ts';
import { eventLoopDelayMs } from './http/overload.ts';
import type { PluginApp } from './http/plugin-app.ts';
import { parseLogLevel } from './logging/plugin-logger.ts';
import { metricsContentType, type PluginMetrics } from './metrics.ts';

/** The routes every plugin has, whatever its type. None of them sheds load: they are how a busy plugin is looked at. */
export interface SupervisedPlugin {
  isReady(): boolean;
  metadata(): object;
  level(): string;
  setLevel(level: string): void;
  readonly metrics: PluginMetrics;
}

const ok: Answer = json(200, { status: 'ok' });

export const addTechnicalRoutes = (app: PluginApp, plugin: SupervisedPlugin): void => {
  // Credentials come from the environment; older platforms still call this.
  app.route('POST', '/v1/init', () => ok);
  app.route('GET', '/v1/status', () =>
    plugin.isReady() ? ok : failure(503, 'The plugin is not initialised: it has no credentials.'),
  );
  app.route('GET', '/v1/metadata', () => json(200, plugin.metadata()));
  app.route('GET', '/v1/log_level', () => json(200, { level: plugin.level().toUpperCase() }));
  app.route('PUT', '/v1/log_level', ({ body }) => {
    const level = parseLogLevel((body as { level?: unknown } | null | undefined)?.level);
    if (level === undefined) {
      return failure(400, 'level must be one of error, warn, info, http, verbose, debug and silly.');
    }
    plugin.setLevel(level);
    return ok;
  });
  app.route('GET', '/metrics', () => ({
    status: 200,
    text: plugin.metrics.text(eventLoopDelayMs()),
    headers: { 'content-type': metricsContentType },
  }));
};
