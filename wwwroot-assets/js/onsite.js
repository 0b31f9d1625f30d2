// Shows on-site messages of campaigns: a deferred script of the dashboard, js/onsite.js, with data-key (a write key) and data-user.
(() => {
  const me = document.currentScript;
  const base = new URL(me.src).origin, key = me.dataset.key, user = me.dataset.user;
  if (!key || !user) return;
  fetch(`${base}/v1/onsite?user=${encodeURIComponent(user)}`, { headers: { Authorization: `Bearer ${key}` } })
    .then(answer => answer.ok ? answer.json() : { messages: [] })
    .then(({ messages }) => messages.sort((a, b) => b.priority - a.priority).slice(0, 1).forEach(show))
    .catch(() => { });

  function show(message) {
    const box = document.createElement('aside');
    box.setAttribute('role', 'complementary');
    box.setAttribute('aria-label', message.title);
    box.style.cssText = 'position:fixed;right:16px;bottom:16px;max-width:340px;padding:16px;border-radius:8px;background:#fff;color:#1b1f27;box-shadow:0 8px 24px rgb(16 24 40/.25);z-index:9999;font:14px/1.5 system-ui,sans-serif';
    const close = document.createElement('button');
    close.type = 'button'; close.textContent = '×'; close.setAttribute('aria-label', 'Close');
    close.style.cssText = 'float:right;border:0;background:none;font-size:20px;cursor:pointer';
    close.onclick = () => box.remove();
    const title = document.createElement('strong');
    title.textContent = message.title;
    const frame = document.createElement('iframe');
    frame.setAttribute('sandbox', 'allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation');
    frame.title = message.title; frame.srcdoc = message.body;
    frame.style.cssText = 'width:100%;border:0;height:140px';
    box.append(close, title, frame);
    document.body.append(box);
    document.dispatchEvent(new CustomEvent('campaign-shown', { detail: { campaign_id: message.campaign_id } }));
  }
})();
