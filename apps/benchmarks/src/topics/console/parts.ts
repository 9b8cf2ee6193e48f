import type { Browser, BrowserContext } from 'playwright-core';
import type { MeasuredFigure } from '../../figure.ts';
import type { TopicContext } from '../../topic.ts';
import type { Operator } from '../platform/operator.ts';
import type { PlatformProcess } from '../platform/processes.ts';

/** What a part of the topic measures with. */
export interface ConsoleUnderTest {
  readonly browser: Browser;
  readonly platform: PlatformProcess;
  readonly operator: Operator;
  /** An active feed. */
  readonly feedId: string;
}

export type ConsolePart = (console: ConsoleUnderTest, context: TopicContext) => Promise<MeasuredFigure[]>;

/** A reader with an empty cache who is signed in. */
export const signedIn = async ({ browser, platform }: ConsoleUnderTest): Promise<BrowserContext> => {
  const context = await browser.newContext({ baseURL: platform.url });
  const answer = await context.request.post('/v1/session', {
    data: { token: platform.token },
    headers: { 'x-batchfeed-console': '1', origin: platform.url },
  });
  if (!answer.ok()) throw new Error(`sign-in: ${answer.status()} ${await answer.text()}`);
  return context;
};
