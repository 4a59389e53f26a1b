import { z } from 'zod';
import type { Person } from '../../domain/api-key.js';
import { listPageOf, type ListPage } from '../lists.js';
import { optionalText, text } from '../shapes.js';

/** Reads a page of `GET /v1/organizations/users`: the people that keys name by their ids. @throws CostsError `contract` */
export const parsePeoplePage: (document: unknown) => ListPage<Person> = listPageOf(
  'Anthropic',
  z.object({ id: text, name: optionalText, email: optionalText }),
);
