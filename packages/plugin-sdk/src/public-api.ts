/** Shapes of the platform's wrappers and of its public API, as far as the helpers of `BasePlugin` reach. */

export type StatusCode = 'ok' | 'error';

export interface SimpleResponse {
  status: StatusCode;
}

export interface DataResponse<T> extends SimpleResponse {
  data: T;
}

export interface DataListResponse<T> extends SimpleResponse {
  data: T[];
  count: number;
  first_result?: number;
  max_results?: number;
  total?: number;
}

/** A call of `requestPublicMicsApiHelper`. */
export interface PublicApiOptions {
  method: string;
  /** The full URL, without the query. */
  uri: string;
  headers?: Record<string, string>;
  body?: unknown;
  /** Query parameters. */
  qs?: unknown;
  /** Send and expect JSON. */
  json?: boolean;
}

export interface Datamart {
  id: string;
  name: string;
  organisation_id: string;
  token: string;
  creation_date: number;
  time_zone: string;
  type: string;
  datafarm: string;
  storage_model_version: string;
  region: string;
}

export interface Compartment {
  id: string;
  token: string;
  default: boolean;
  name: string;
}
