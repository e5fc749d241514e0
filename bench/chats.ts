// The chats that the bench sends: each of its own, all alike, about 1.3 kB with the eight messages of a usual one.

const messages = [
  ['customer', 'Hello, my parcel should have come on Monday and it is still not here.'],
  ['agent', 'Good morning. I am sorry to hear that. May I have the number of the order, please?'],
  ['customer', 'It is 40-118-2207. The tracking page has said "on its way" for four days now.'],
  ['agent', 'Thank you. I see that it was handed to the carrier last Thursday and was not scanned again after that.'],
  ['customer', 'So it is lost? I need it before the weekend.'],
  ['agent', 'I have opened a search with the carrier, and I am sending you a new one by express today at no cost.'],
  ['customer', 'That is kind, thank you. Will I get a new tracking number?'],
  ['agent', 'Yes, by e-mail within the hour. Is there anything else that I can do for you?'],
] as const

const startMs = Date.UTC(2026, 0, 5, 9)

const list = messages.map(([sender, message], index) => ({
  sender,
  message,
  timestamp: new Date(startMs + index * 25_000).toISOString(),
}))

const tail = `","metadata":{"agent_email":"agent@example.com","queue":"parcels"},"messages":${JSON.stringify(list)}}`

/** The JSON body of one chat; `name` is its natural key. */
export const chatBody = (name: string): string => `{"session_id":"${name}${tail}`
