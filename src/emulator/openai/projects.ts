import type { ApiAnswer, ApiRequest, Route } from '../api.js';
import { listAfter } from '../listing.js';
import { integerOf } from '../query.js';
import type { WorldProject } from '../world.js';
import { badParameter, openaiNotFound } from './errors.js';

const DEFAULT_LIMIT = 20;
const MAX_LIMIT = 100;

/** `GET /v1/organization/projects`. */
export const projectsRoute: Route = {
  path: /^\/v1\/organization\/projects$/,
  scope: 'projects',
  answer: answerProjects,
};

/** `GET /v1/organization/projects/{id}`. */
export const projectRoute: Route = {
  path: /^\/v1\/organization\/projects\/([^/]+)$/,
  scope: 'projects',
  answer: answerProject,
};

function answerProjects({ organization, query }: ApiRequest): ApiAnswer {
  const wanted = organization.projects.filter(
    ({ archivedAt }) => archivedAt === null || query.get('include_archived') === 'true',
  );
  return { status: 200, body: listBody(wanted, query, toProject) };
}

function answerProject({ organization, pathValues }: ApiRequest): ApiAnswer {
  const project = organization.projects.find(({ id }) => id === pathValues[0]);
  if (project === undefined) return openaiNotFound(`No project with id '${pathValues[0] ?? ''}' was found.`);
  return { status: 200, body: toProject(project) };
}

/** OpenAI's list envelope, walked by `limit` and `after`. @throws ApiFailure 400 naming the parameter. */
export function listBody<T extends { id: string }>(
  all: T[],
  query: URLSearchParams,
  toItem: (item: T) => unknown,
): unknown {
  const limit = integerOf(query, 'limit') ?? (query.has('limit') ? 0 : DEFAULT_LIMIT);
  if (limit < 1 || limit > MAX_LIMIT)
    throw badParameter('limit', `Invalid limit provided: it must be from 1 to ${MAX_LIMIT}.`);
  const page = listAfter(all, query.get('after'), limit);
  if (page === null) throw badParameter('after', `No object with id '${query.get('after') ?? ''}' was found.`);
  return {
    object: 'list',
    data: page.items.map(toItem),
    first_id: page.firstId,
    last_id: page.lastId,
    has_more: page.hasMore,
  };
}

function toProject({ id, name, createdAt, archivedAt }: WorldProject): unknown {
  return {
    id,
    object: 'organization.project',
    name,
    created_at: Math.floor(createdAt.getTime() / 1000),
    archived_at: archivedAt === null ? null : Math.floor(archivedAt.getTime() / 1000),
    status: archivedAt === null ? 'active' : 'archived',
  };
}
