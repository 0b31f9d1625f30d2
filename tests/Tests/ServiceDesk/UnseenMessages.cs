using BehaviorDashboard.ServiceDesk.Ml;

namespace BehaviorDashboard.Tests.ServiceDesk;

/// <summary>Messages no model of the product has learnt from, four an intent, in the words of shoppers who write as they speak.</summary>
internal static class UnseenMessages
{
    public static IReadOnlyList<LabelledText> Of(string language) =>
        [.. (language == "zh" ? Chinese : English).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim().Split('|')).SelectMany(l => l.Skip(1).Select(text => new LabelledText(text, l[0])))];

    private const string English = """
        track_order|hey there, ordered 6 days ago and haven't heard anything, could you look where it is|tracking hasn't moved since it left the sorting centre|is my order 88213 on its way already?|the app claims it was delivered but nobody got anything here
        delivery_time|if i order today will it be in Madrid by the 14th?|roughly how many days does standard shipping need|do you do same day delivery|when could you deliver a sofa if I bought it this evening
        cancel_order|please don't ship order 5512, I no longer want it|oops, bought this by accident, can we undo that|i'd like to call the whole order off|can i still cancel even though it says packed
        change_order|could I get the grey one rather than the beige, ordered an hour ago|please put another charger into my order|I need to reduce the quantity from 4 to 3|order 77: make it size L instead of M
        change_address|can the parcel go to my sister's place instead|typo in my street name, how can I fix that before it ships|we've just moved house, the old address is on the order|where can I enter a second delivery address
        return_item|these boots pinch, what do I do to send them back|am I allowed to return something I already opened|where's the form for returns|can i swap this jacket for a bigger one
        refund_status|parcel went back on the 3rd, when is my money coming|still waiting for you to pay me back|you credited me less than I paid|any update on the reimbursement for order 991
        damaged_item|glass was shattered when I unpacked it|the blender died after two uses|zipper came off the very first day|screen flickers and goes black, I think it's faulty
        wrong_item|there's a blue shirt in the box but I chose green|one of the three candles wasn't in the parcel|I think I've got somebody else's stuff|got the 2 litre version and not the 5 litre
        product_question|can this pan go in the oven|does the backpack fit a 17 inch notebook|is the cover removable and washable|what's the guarantee on this kettle
        stock_question|will the oak table be back any time soon|have you got these in 43|is that last one still available|can you let me know once the speaker can be ordered again
        voucher|SPRING10 gives me an error at checkout|is there any promo running at the moment|can you knock something off if I take five|where do I type in my gift card number
        payment_issue|you took the money two times from my bank|checkout keeps rejecting my mastercard|do you accept klarna|I was debited but there's no order in my list
        invoice|accounting needs the bill for my september order|can you resend the receipt with our VAT number on it|no invoice came with the package|where are my receipts
        account|reset mail for my password never comes|please erase my profile and everything you store|can't sign in any more since yesterday|I'd like to use a different e-mail to log in
        complaint|honestly the worst shop I've ever dealt with|four mails and no reply, that's appalling|your driver shouted at my mother, I want this escalated|I'm absolutely livid about how this was handled
        human_agent|is there anyone real I could speak to|stop sending canned replies and give me a person|which number can I ring|I'd prefer a call from your team
        thanks|you're a star, it all works now|cheers for sorting that so quickly|got it today and love it, thank you|no further questions, thanks for the help
        """;

    private const string Chinese = """
        track_order|六天前下的单，麻烦看一下走到哪了|物流从分拨中心出来后就没动静了|我那单88213发出来没有啊|写着已签收可是家里谁都没拿到
        delivery_time|今天买的话14号之前能到成都吗|普通快递大概要几天|可以当日达吗|晚上下单明天能送过来不
        cancel_order|5512那单别发了，我不要了|手滑买错，帮忙撤掉吧|整单取消可以吗|已经打包了还能取消不
        change_order|一小时前买的，想要灰色不要米色|再帮我放一个充电器进去|数量从四个减到三个|麻烦把M码改成L码
        change_address|包裹能不能送到我姐姐那|街道名打错了，发货前能改吗|刚搬完家，单子上还是老地址|第二个收货地址在哪里填
        return_item|鞋子夹脚，怎么寄回给你们|拆开了还能退不|退货单在哪里下载|这件外套能换大一点的吗
        refund_status|3号就把东西退回去了，钱几时到|还在等你们退钱|退回来的钱比我付的少|991那单的退款有进展没
        damaged_item|打开发现玻璃全碎了|搅拌机用了两回就不转了|拉链第一天就掉了|屏幕一闪一闪还黑屏，是坏的吧
        wrong_item|我选的绿色，盒子里是蓝色|三个蜡烛只来了两个|这好像是别人的东西|要的5升，发来2升的
        product_question|这个锅能进烤箱吗|背包放得下17寸电脑不|套子能拆下来洗吗|水壶保修几年
        stock_question|橡木桌子近期会再有货吗|有43码的没|最后一个还在不在|音箱能买的时候提醒我一下
        voucher|SPRING10结账时提示错误|现在有什么活动没|拿五个能便宜点不|礼品卡号在哪儿输
        payment_issue|银行卡被你们扣了两回|结账一直拒绝我的卡|支持花呗分期不|钱扣了可是订单里没有
        invoice|财务要九月那单的票|麻烦重新开一张带税号的|包裹里没有发票|收据在哪儿看
        account|重置密码的邮件一直不来|把我的资料全部删掉|昨天开始就登不进去了|想换个邮箱登录
        complaint|说实话是我遇到过最烂的店|写了四封邮件没人理，太离谱了|你们送货员骂我妈，我要往上反映|对你们的处理我非常愤怒
        human_agent|有没有真的人可以聊|别再发模板了，叫个人来|打哪个号码能找到你们|希望你们打电话给我
        thanks|你太棒了，现在都好了|这么快就处理好，多谢|今天收到了特别喜欢，谢谢|没其他问题了，感谢帮忙
        """;
}
