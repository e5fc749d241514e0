// The API document: OpenAPI 3.1 that generators can read, and true to the server that serves it.

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { type Harness, type Json, startHarness } from '../harness.ts'

describe('the API document', () => {
  let indaba: Harness
  let document: Json
  let operations: { path: string; method: string; operation: Json }[]
  before(async () => {
    indaba = await startHarness({ roles: { serve: true, work: false } })
    document = await indaba.json('/openapi.json')
    operations = Object.entries(document.paths as Record<string, Json>).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
    )
  })
  after(() => indaba.stop())

  test('has the parts that OpenAPI 3.1 asks for', () => {
    assert.match(document.openapi, /^3\.1\.\d$/)
    for (const key of ['title', 'version']) assert.equal(typeof document.info[key], 'string')
    assert.ok(operations.length > 25)
    for (const { path, method, operation } of operations) {
      const name = `${method} ${path}`
      assert.match(path, /^\/[\w./{}-]*$/, name)
      assert.ok(['get', 'post', 'put', 'patch', 'delete'].includes(method), name)
      assert.ok(operation.summary && operation.tags.length === 1, name)
      assert.ok(
        document.tags.some((tag: Json) => tag.name === operation.tags[0]),
        name,
      )
      assert.ok(
        Object.keys(operation.responses).some((status) => /^[23]\d\d$/.test(status)),
        name,
      )
      for (const [status, response] of Object.entries<Json>(operation.responses)) {
        assert.match(status, /^([1-5]\d\d|default)$/, name)
        assert.equal(typeof response.description, 'string', name)
        for (const type of Object.keys(response.content ?? {})) assert.match(type, /^[\w.+*-]+\/[\w.+*-]+(;.*)?$/, name)
      }
      for (const requirement of operation.security) {
        for (const scheme of Object.keys(requirement)) assert.ok(document.components.securitySchemes[scheme], name)
      }
    }
  })

  test('names every operation once', () => {
    const ids = operations.map(({ operation }) => operation.operationId)
    assert.deepEqual(
      ids.filter((id, index) => ids.indexOf(id) !== index),
      [],
    )
    for (const id of ids) assert.match(id, /^[a-z]\w+$/)
  })

  test('declares each parameter of a path, and no parameter twice', () => {
    for (const { path, method, operation } of operations) {
      const parameters: Json[] = operation.parameters ?? []
      const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1])
      const declared = parameters.filter((one) => one.in === 'path')
      assert.deepEqual(declared.map(({ name }) => name).sort(), inPath.sort(), `${method} ${path}`)
      for (const one of declared) assert.equal(one.required, true)
      const names = parameters.map((one) => `${one.in} ${one.name}`)
      assert.equal(new Set(names).size, names.length, `${method} ${path}`)
      for (const one of parameters) assert.ok(one.schema, `${method} ${path} ${one.name}`)
    }
  })

  test('references lead somewhere, and schemas say what they are in words of JSON Schema', () => {
    const words = new Set(
      (
        'type properties required items description format examples default minimum maximum maxLength minLength anyOf const ' +
        'additionalProperties patternProperties pattern enum $ref minItems maxItems'
      ).split(' '),
    )
    const look = (schema: Json, where: string) => {
      if (schema.$ref) {
        const found = schema.$ref
          .slice(2)
          .split('/')
          .reduce((at: Json, key: string) => at?.[key], document)
        assert.ok(found, `${where} ${schema.$ref}`)
      }
      for (const word of Object.keys(schema)) assert.ok(words.has(word), `${where}: ${word}`)
      for (const [name, one] of Object.entries<Json>(schema.properties ?? {})) look(one, `${where}.${name}`)
      for (const one of [schema.items, ...(schema.anyOf ?? []), ...Object.values(schema.patternProperties ?? {})]) {
        if (one) look(one, where)
      }
      for (const name of schema.required ?? [])
        assert.ok(schema.properties[name], `${where}: ${name} is required, not there`)
    }
    for (const { path, method, operation } of operations) {
      const bodies = [operation.requestBody, ...Object.values<Json>(operation.responses)]
      const schemas = bodies.flatMap((one) => Object.values<Json>(one?.content ?? {}).map(({ schema }) => schema))
      for (const { schema } of operation.parameters ?? []) schemas.push(schema)
      for (const schema of schemas) if (schema) look(schema, `${method} ${path}`)
    }
  })

  test('shows what the main routes answer, and an example of what they take', () => {
    const find = (method: string, path: string) =>
      operations.find((one) => one.method === method && one.path === path)?.operation ??
      assert.fail(`${method} ${path}`)
    for (const path of [
      'calls',
      'calls/{id}',
      'chats',
      'chats/{id}',
      'conversations',
      'conversations/{id}',
      'agents',
    ]) {
      assert.ok(find('get', `/v1/${path}`).responses[200].content['application/json'].schema.properties, path)
    }
    for (const path of [
      '/v1/calls/upload',
      '/v1/chats/upload',
      '/asr/async/upload/vela',
      '/v1/agents',
      '/api/customers',
    ]) {
      const { schema } = find('post', path).requestBody.content['application/json']
      assert.ok(schema.examples.length > 0, path)
    }
  })

  test('every path in it is served, with and without /v1', async () => {
    for (const { path, method } of operations) {
      const bare = path.replace(/^\/v1(?=\/)/, '').replace(/\{\w+\}/g, 'x')
      for (const url of [bare, `/v1${bare}`]) {
        const answer = await fetch(`${indaba.url}${url}`, { method: method.toUpperCase() })
        const text = await answer.text()
        // A stranger is sent away before the path's id is looked up; open paths answer, or name what they do not know.
        const isServed = answer.status !== 404 || JSON.parse(text).error.code !== 'NOT_FOUND'
        assert.ok(isServed, `${method} ${url}`)
      }
    }
  })
})
