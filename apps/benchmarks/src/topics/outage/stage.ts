import { Operator } from '../platform/operator.ts';
import { type PlatformProcess, startPlatform, startPlugin } from '../platform/processes.ts';
import { OutagePlugin } from './plugin.ts';

/** The processes of a part; they stop in the opposite order of their start, whatever happens. */
export class Stage {
  readonly #stops: (() => Promise<unknown>)[] = [];

  /** Stops something when the part is over. */
  onEnd(stop: () => Promise<unknown>): void {
    this.#stops.push(stop);
  }

  async outagePlugin(): Promise<OutagePlugin> {
    const plugin = await OutagePlugin.start();
    this.onEnd(() => plugin.stop());
    return plugin;
  }

  /** The address of a plugin that always answers. */
  async healthyPlugin(): Promise<string> {
    const plugin = await startPlugin();
    this.onEnd(() => plugin.stop());
    return plugin.url;
  }

  async platform(): Promise<{ platform: PlatformProcess; operator: Operator }> {
    const platform = await startPlatform();
    this.onEnd(() => platform.stop());
    return { platform, operator: this.operator(platform) };
  }

  operator(platform: PlatformProcess): Operator {
    const operator = new Operator(platform);
    this.onEnd(() => operator.close());
    return operator;
  }

  async end(): Promise<void> {
    for (const stop of this.#stops.reverse()) await stop();
  }
}

/** Does some work with processes that are stopped afterwards. */
export async function onStage<T>(work: (stage: Stage) => Promise<T>): Promise<T> {
  const stage = new Stage();
  try {
    return await work(stage);
  } finally {
    await stage.end();
  }
}
