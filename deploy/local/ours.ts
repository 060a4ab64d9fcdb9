import { join } from 'node:path';
import { projectFolder } from './install/places.mjs';

export const mainOf = (name: string): string => join(projectFolder, 'services', name, 'main.ts');
