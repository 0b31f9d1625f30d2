// A block of recommended products on a shop page. Asks, draws into a shadow root so that neither page's styles touch the
// other's, and sends what was seen and clicked. Whatever goes wrong here, the shop's page goes on without the block.
(() => {
  const script = document.currentScript;
  if (!script || window.bdRecommend) return;
  const key = script.dataset.key;
  const base = new URL(script.src).origin;
  const patience = 2500;
  const style = `:host{display:block}section{font:inherit;color:inherit}h2{margin:0 0 .5em;font-size:1.1em}
    ul{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:12px;margin:0;padding:0;list-style:none}
    a{display:block;height:100%;box-sizing:border-box;padding:10px;color:inherit;text-decoration:none;border:1px solid rgba(128,128,128,.3);border-radius:8px}
    a:hover,a:focus-visible{border-color:currentColor}img{display:block;width:100%;aspect-ratio:1;object-fit:contain;margin-bottom:6px}
    b{display:block;font-weight:600}span{display:block;margin-top:4px}small{display:block;margin-top:4px;opacity:.75}`;
  const words = { en: { for_you: 'For you', similar: 'Similar products', bought_together: 'Often bought together', recently_viewed: 'Recently viewed', popular: 'Popular' },
    zh: { for_you: '为您推荐', similar: '相似商品', bought_together: '经常一起购买', recently_viewed: '最近浏览', popular: '热门商品' } };
  const chinese = () => (document.documentElement.lang || navigator.language || '').toLowerCase().startsWith('zh');

  const stored = name => { try { return localStorage.getItem(name); } catch { return null; } };
  // The device's id as the shop's own tracking has it, else one of ours.
  const anonymous = () => {
    const given = script.dataset.anonymousId || stored('ajs_anonymous_id')?.replaceAll('"', '') || stored('bd_anonymous_id');
    if (given) return given;
    const made = crypto.randomUUID?.() ?? Array.from(crypto.getRandomValues(new Uint8Array(16)), b => b.toString(16).padStart(2, '0')).join('');
    try { localStorage.setItem('bd_anonymous_id', made); } catch { /* The next page makes another. */ }
    return made;
  };

  const send = events => {
    const now = new Date().toISOString();
    const body = JSON.stringify({ writeKey: key, sentAt: now, batch: events.map(e => ({ type: 'track', anonymousId: anonymous(), messageId: crypto.randomUUID?.() ?? `${now}-${Math.random()}`, timestamp: now, context: { page: { url: location.href } }, ...e })) });
    // Text needs no permission asked beforehand, and outlives the page that a click leaves.
    fetch(`${base}/v1/batch`, { method: 'POST', body, keepalive: true, headers: { 'Content-Type': 'text/plain' } }).catch(() => {});
  };
  const about = (event, list, item) => ({ event, properties: { recommendation_id: list.recommendation_id, product_id: item.product_id, position: item.position, placement: list.placement, kind: list.kind } });

  const element = (name, text) => { const e = document.createElement(name); if (text) e.textContent = text; return e; };
  const safe = url => { try { const u = new URL(url, location.href); return /^https?:$/.test(u.protocol) ? u.href : null; } catch { return null; } };
  const money = item => { try { return item.price == null ? '' : new Intl.NumberFormat(document.documentElement.lang || undefined, { style: 'currency', currency: item.currency || 'USD' }).format(item.price); } catch { return String(item.price); } };

  const draw = (place, list) => {
    const root = place.shadowRoot ?? place.attachShadow({ mode: 'open' });
    const section = element('section');
    const title = place.dataset.title ?? words[chinese() ? 'zh' : 'en'][list.kind] ?? '';
    if (title) section.append(element('h2', title));
    section.setAttribute('aria-label', title || 'recommendations');
    const ul = element('ul');
    const seen = new Set();
    const watch = window.IntersectionObserver && new IntersectionObserver(entries => {
      const fresh = entries.filter(e => e.isIntersecting && !seen.has(e.target.item)).map(e => e.target.item);
      for (const item of fresh) seen.add(item);
      if (fresh.length) send(fresh.map(item => about('Recommendation Viewed', list, item)));
    }, { threshold: 0.5 });
    for (const item of list.items) {
      const li = element('li');
      const a = element('a');
      a.href = safe(item.url) ?? '#';
      if (safe(item.image_url)) { const img = element('img'); img.src = safe(item.image_url); img.alt = ''; img.loading = 'lazy'; a.append(img); }
      a.append(element('b', item.title));
      if (item.price != null) a.append(element('span', money(item)));
      a.append(element('small', chinese() ? item.reason.zh : item.reason.en));
      a.addEventListener('click', () => send([about('Recommendation Clicked', list, item)]));
      li.item = item;
      li.append(a);
      ul.append(li);
      watch?.observe(li);
    }
    section.append(ul);
    root.replaceChildren(element('style', style), section);
    place.hidden = list.items.length === 0;
  };

  const fill = async place => {
    const { bdRecommend: kind, placement, limit, product } = place.dataset;
    const query = new URLSearchParams({ anonymous_id: anonymous(), limit: limit || '6', placement: placement || 'default' });
    if (kind) query.set('kind', kind);
    if (product) query.set('product_id', product);
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), patience);
    try {
      const answer = await fetch(`${base}/v1/shop/recommendations?${query}`, { headers: { Authorization: `Bearer ${key}` }, signal: stop.signal });
      if (answer.ok) draw(place, await answer.json());
      else place.hidden = true;
    } catch {
      place.hidden = true;
    } finally {
      clearTimeout(timer);
    }
  };

  const refresh = () => Promise.all([...document.querySelectorAll('[data-bd-recommend]')].map(fill));
  // For shops that change the page without loading it anew.
  window.bdRecommend = { refresh };
  if (document.readyState === 'loading') document.addEventListener('DOMContentLoaded', refresh, { once: true });
  else refresh();
})();
