// Pages work without this; it only adds the copy button, the live inbox and progress.
'use strict'
document.addEventListener('click', event => {
  const button = event.target.closest('[data-copy]')
  if (!button || !navigator.clipboard) return
  navigator.clipboard.writeText(button.dataset.copy).then(() => {
    const live = button.querySelector('[aria-live]')
    live.textContent = button.dataset.done
    setTimeout(() => { live.textContent = '' }, 2500)
  })
})

// Puts the new version of one part of the page where the old one stands.
async function refresh (part) {
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } })
  if (!answer.ok) return
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const fresh = page.getElementById(part.id)
  if (fresh && !part.contains(document.activeElement)) part.replaceWith(fresh)
  else if (fresh) part.dataset.waiting = 'true'
}

const inbox = document.querySelector('[data-live]')
if (inbox && window.EventSource) {
  const source = new EventSource(inbox.dataset.live)
  source.addEventListener('message', () => refresh(document.getElementById(inbox.id)))
  source.addEventListener('text', () => refresh(document.getElementById(inbox.id)))
}

// A part that is being made asks again until it is ready.
function follow () {
  const part = document.querySelector('[data-progress]')
  if (part) setTimeout(() => refresh(part).then(follow), Number(part.dataset.progress) * 1000)
}
follow()

// The desk by keyboard: j and k walk the queue, / searches.
document.addEventListener('keydown', event => {
  if (event.target.closest('input, textarea, select') || event.ctrlKey || event.metaKey || event.altKey) return
  const rows = [...document.querySelectorAll('[data-row] a')]
  const step = { j: 1, k: -1 }[event.key]
  if (step && rows.length) {
    const next = rows.indexOf(document.activeElement) + step
    rows[Math.max(0, Math.min(rows.length - 1, next))].focus()
  }
  const target = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`)
  if (target) { event.preventDefault(); target.focus(); if (target.scrollIntoView) target.scrollIntoView({ block: 'center' }) }
})

// A form that says what it will cost is counted by the server while it is written.
const counted = document.querySelector('[data-quote]')
let counting = 0
async function count () {
  const mine = ++counting
  const form = new FormData(counted)
  form.set('step', 'quote')
  const answer = await fetch(counted.action, { method: 'POST', body: new URLSearchParams(form), headers: { Accept: 'text/html' } })
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html')
  const fresh = page.getElementById(counted.dataset.quote)
  if (mine === counting && fresh) document.getElementById(counted.dataset.quote).replaceChildren(...fresh.childNodes)
}
if (counted) {
  let soon
  counted.addEventListener('input', () => { clearTimeout(soon); soon = setTimeout(count, 300) })
}
