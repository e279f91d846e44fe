import { z } from 'zod';
import { uuidOf } from '../../domain/log/envelope.ts';
import { DEFECT_CATEGORIES_STREAM_ID } from '../../domain/log/fixed-streams.ts';
import { defectCategorySchema } from '../../domain/log/house-events.ts';
import { defectCategories } from '../../domain/master-data/defect-categories.ts';
import { type ApiRoute, apiRoute } from './api-route.ts';
import { READERS } from './authentication.ts';
import { type DirectoryParts, directoryCommandRoute } from './directory-command.ts';
import { wireSchema } from './wire-schema.ts';

/** The list of defect categories 质量点: published as a whole, version after version. */
export function defectCategoryRoutes(parts: DirectoryParts): readonly ApiRoute[] {
  const { directory } = parts.engine;
  return [
    apiRoute({
      method: 'GET',
      url: '/v1/defect-categories',
      operationId: 'defectCategories.get',
      tag: 'master data',
      summary: 'The list of defect categories as it holds now, retired ones among them',
      access: READERS,
      success: {
        status: 200,
        description: 'The list.',
        schema: z.object({ version: z.int(), categories: z.array(defectCategorySchema) }),
      },
      problems: [],
      handle: async () => ({ status: 200, body: directory.defectCategories() }),
    }),
    directoryCommandRoute(parts, defectCategories, 'publishDefectCategories', {
      method: 'POST',
      url: '/v1/defect-categories',
      access: ['technicalCentre', 'qaHead', 'admin'],
      body: wireSchema(defectCategories.commands.publishDefectCategories.schema),
      idOf: () => uuidOf(DEFECT_CATEGORIES_STREAM_ID),
    }),
  ];
}
