// The shapes of answers, by route: `Answer<'/v1/webhooks', 'get', 200>`.

import type { paths } from '../../../api/paths.gen.ts'

type Body<T> = T extends { content: { 'application/json': infer Json } } ? Json : never
type Responses<T> = T extends { responses: infer R } ? R : never

export type Answer<Path extends keyof paths, Method extends keyof paths[Path], Status extends number = 200> = Body<
  Responses<paths[Path][Method]>[Status & keyof Responses<paths[Path][Method]>]
>

type Asked<T> = T extends { requestBody: { content: { 'application/json': infer Json } } } ? Json : never
export type Sent<Path extends keyof paths, Method extends keyof paths[Path]> = Asked<paths[Path][Method]>
