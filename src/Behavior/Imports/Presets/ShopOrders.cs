namespace BehaviorDashboard.Imports;

/// <summary>Shopify: Orders → Export.</summary>
internal sealed class ShopifyOrders() : OrderFile("shopify-orders", "shopify", [["Name", "Order ID"], ["Lineitem name"], ["Lineitem price"], ["Created at"]], new OrderColumns
{
    OrderId = ["Name", "Order ID", "Id"],
    CreatedAt = ["Created at", "Paid at"],
    Email = ["Email"],
    CustomerName = ["Billing Name", "Shipping Name"],
    Country = ["Billing Country", "Shipping Country"],
    Currency = ["Currency"],
    Subtotal = ["Subtotal"],
    Total = ["Total"],
    Tax = ["Taxes"],
    Shipping = ["Shipping"],
    Refunded = ["Refunded Amount"],
    Status = ["Financial Status"],
    LineName = ["Lineitem name"],
    LineId = ["Lineitem sku"],
    LinePrice = ["Lineitem price"],
    LineQuantity = ["Lineitem quantity"],
});

/// <summary>WooCommerce: order export plugins, whose column names differ in case and wording.</summary>
internal sealed class WooCommerceOrders() : OrderFile("woocommerce-orders", "woo", [["Order Number", "Order ID", "order_number", "order_id"], ["Order Date", "order_date", "date"], ["Order Status", "status"], ["Item Name", "Product Name", "item_name"]], new OrderColumns
{
    OrderId = ["Order Number", "Order ID", "order_number", "order_id"],
    CreatedAt = ["Order Date", "Date", "order_date", "date"],
    Email = ["Email (Billing)", "Billing Email Address", "billing_email", "Customer Email"],
    CustomerName = ["Full Name (Billing)", "Customer Name"],
    Country = ["Country Code (Billing)", "Country Name (Billing)", "billing_country"],
    Currency = ["Order Currency", "order_currency", "Currency"],
    Subtotal = ["Order Subtotal Amount", "order_subtotal", "Cart Subtotal"],
    Total = ["Order Total Amount", "order_total", "Order Total"],
    Tax = ["Order Total Tax Amount", "tax_total"],
    Shipping = ["Order Shipping Amount", "shipping_total"],
    Refunded = ["Order Refund Amount", "refunded_total"],
    Status = ["Order Status", "status"],
    LineName = ["Item Name", "Product Name", "item_name"],
    LineId = ["SKU", "Item SKU", "item_sku", "Product ID"],
    LinePrice = ["Item Cost", "Item Price", "item_price"],
    LineQuantity = ["Quantity", "Quantity (- Refund)", "item_quantity"],
});
