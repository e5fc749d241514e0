// Comments on a conversation and its turns: reading, writing, answering, resolving, liking.

import { queryOptions, useMutation, useQueryClient } from '@tanstack/react-query'
import { api, told } from '../../api/client.ts'
import type { Comment } from './queries.ts'

const pagesMax = 20

/** All of them: a conversation has few. */
export const commentsQuery = (id: string) =>
  queryOptions({
    queryKey: ['conversation', id, 'comments'],
    async queryFn(): Promise<Comment[]> {
      const all: Comment[] = []
      let cursor: string | null = null
      for (let page = 0; page < pagesMax; page += 1) {
        const query: { limit: number; cursor?: string } = { limit: 200, ...(cursor ? { cursor } : {}) }
        const answer: { comments: Comment[]; next_cursor: string | null } = await told(
          api.GET('/v1/conversations/{id}/comments', { params: { path: { id }, query } }),
        )
        all.push(...answer.comments)
        cursor = answer.next_cursor
        if (!cursor) break
      }
      return all
    },
  })

export type Written = { body: string; turn_id?: string; parent_id?: string }
export type CommentAct = 'resolve' | 'reopen' | 'like' | 'unlike'

export function useComments(id: string) {
  const client = useQueryClient()
  const key = commentsQuery(id).queryKey
  const renew = async () => {
    await client.invalidateQueries({ queryKey: key })
    // The count stands beside the conversation.
    void client.invalidateQueries({ queryKey: ['conversation', id], exact: true })
  }
  const write = useMutation({
    mutationFn: (body: Written) =>
      told(api.POST('/v1/conversations/{id}/comments', { params: { path: { id } }, body })),
    onSuccess: renew,
  })
  const edit = useMutation({
    mutationFn: ({ comment, body }: { comment: string; body: string }) =>
      told(api.PATCH('/v1/comments/{id}', { params: { path: { id: comment } }, body: { body } })),
    onSuccess: renew,
  })
  const remove = useMutation({
    mutationFn: (comment: string) => told(api.DELETE('/v1/comments/{id}', { params: { path: { id: comment } } })),
    onSuccess: renew,
  })
  const act = useMutation({
    mutationFn({ comment, act }: { comment: string; act: CommentAct }) {
      const params = { path: { id: comment } }
      if (act === 'like') return told(api.PUT('/v1/comments/{id}/like', { params }))
      if (act === 'unlike') return told(api.DELETE('/v1/comments/{id}/like', { params }))
      return told(api.POST(act === 'resolve' ? '/v1/comments/{id}/resolve' : '/v1/comments/{id}/reopen', { params }))
    },
    onSuccess: renew,
  })
  return { write, edit, remove, act }
}

export type Person = { ref: string; name: string }

/** As it is typed: `@Name` in place of `@[user:…]`. */
export const asTyped = ({ body, mentions }: Pick<Comment, 'body' | 'mentions'>): string =>
  mentions.reduce(
    (text, { kind, id, name }) => (name ? text.replaceAll(`@[${kind}:${id}]`, `@${name}`) : text),
    body ?? '',
  )

/** As it is sent. Longer names first: one may begin with another. */
export const asSent = (text: string, people: readonly Person[]): string =>
  [...people]
    .sort((a, b) => b.name.length - a.name.length)
    .reduce((sent, { ref, name }) => sent.replaceAll(`@${name}`, `@[${ref}]`), text)

export type BodyPart = { at: number; text: string; isMention: boolean }

const mention = /@\[(user|agent):([0-9a-f-]{36})\]/gi

/** What was said, with who is mentioned in parts of their own. */
export function bodyParts({ body, mentions }: Pick<Comment, 'body' | 'mentions'>): BodyPart[] {
  const names = new Map(mentions.map(({ kind, id, name }) => [`${kind}:${id}`, name]))
  const parts: BodyPart[] = []
  let from = 0
  for (const found of (body ?? '').matchAll(mention)) {
    if (found.index > from) parts.push({ at: from, text: (body ?? '').slice(from, found.index), isMention: false })
    const name = names.get(`${found[1]?.toLowerCase()}:${found[2]?.toLowerCase()}`)
    parts.push({ at: found.index, text: name ? `@${name}` : found[0], isMention: true })
    from = found.index + found[0].length
  }
  if (from < (body ?? '').length) parts.push({ at: from, text: (body ?? '').slice(from), isMention: false })
  return parts
}
