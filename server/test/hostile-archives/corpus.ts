// All hostile archives, made byte by byte when they are asked for. Nothing of them is kept in the repository.

import { bombs } from './bombs.ts'
import { endTricks } from './ends.ts'
import { kindTricks } from './kinds.ts'
import { lies } from './lies.ts'
import { nameTricks } from './names.ts'
import type { HostileArchive } from './shapes.ts'

export const hostileArchives: HostileArchive[] = [...endTricks, ...nameTricks, ...kindTricks, ...lies, ...bombs]
